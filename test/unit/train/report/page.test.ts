import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/train/report/build-report.ts';
import { reportPage } from '../../../../src/train/report/page.ts';
import type { TrainingReport } from '../../../../src/train/report/training-report.ts';
import { seededRandom } from '../../../../src/train/seeded-random.ts';
import { exampleAt, judgedScores } from '../../../builders/judgements.ts';
import { modelManifest } from '../../../builders/model-manifest.ts';

const NO_TRAINER = {
  name: 'none',
  train: () => Promise.reject(new Error('nothing is trained for so few images')),
  close: () => Promise.resolve(),
};

interface Kind {
  labels: string[];
  /** Images of each class. */
  each: number;
  group?: (at: number) => string;
  file?: (at: number) => string;
  /** Share of answers that are right. */
  right?: number;
}

/** A report of random answers; two images a class are too few for a learning curve, so that nothing is trained. */
async function reportOf({ labels, each, group, file, right = 0.6 }: Kind): Promise<TrainingReport> {
  const random = seededRandom(2);
  const examples = labels.flatMap((_, label) =>
    Array.from({ length: each }, (__, turn) => {
      const at = label * each + turn;
      return exampleAt(at, label, { ...(group && { group: group(at) }), ...(file && { file: file(at) }) });
    }),
  );
  const judged = examples.map(({ label }, at) => {
    const best = random() < right ? label : Math.floor(random() * labels.length);
    const scores = labels.map((_, one) => (one === best ? 1 : 0.1 * random()) + 0.01);
    const sum = scores.reduce((a, b) => a + b, 0);
    return judgedScores(
      at,
      label,
      scores.map((score) => score / sum),
    );
  });
  const validations = [
    { name: 'cross-validation' as const, judged, repeats: 1 },
    ...(group === undefined ? [] : [{ name: 'leave-one-group-out' as const, judged, repeats: 1, groups: 2 }]),
  ];
  const dataset = { labels, examples, leftOut: [], dim: 0 };
  const results = { dataset, fitted: examples, side: () => 'train' as const, trials: [], validations, test: [] };
  const rules = {
    temperature: 1,
    realImages: labels.map(() => each),
    outlierBelow: 0,
    acceptAbove: undefined,
    suggestAbove: undefined,
    labels,
    seed: 1,
  };
  return await buildReport(results, rules, { trainer: NO_TRAINER, c: 1, seed: 1, simulatedWeight: 0 });
}

const MANIFEST = modelManifest();
const page = (report: TrainingReport, thumbnails = new Map<string, Uint8Array>()): string =>
  reportPage({ report, manifest: MANIFEST, thumbnails });

/** What a browser would fetch or run. */
const FETCHED =
  /<script|<link|<iframe|<object|\s(?:src|href)="(?!data:image\/jpeg;base64,)|url\((?!#)|@import|\son[a-z]+=/i;

const SIZES: { name: string; kind: Kind }[] = [
  { name: 'two classes of two images without groups', kind: { labels: ['a', 'b'], each: 2 } },
  { name: 'nothing but right answers', kind: { labels: ['a', 'b', 'c'], each: 2, right: 1 } },
  { name: 'nothing but wrong ones', kind: { labels: ['a', 'b', 'c'], each: 2, right: 0 } },
  {
    name: 'sixty classes of long names in groups',
    kind: {
      labels: Array.from({ length: 60 }, (_, at) => `MEMS_devices_and_electrodes_of_the_kind_${at}`),
      each: 2,
      group: (at) => `session ${at % 2}`,
    },
  },
];

describe('the page of a report', () => {
  it.each(SIZES)('is whole for $name', async ({ kind }) => {
    const report = await reportOf(kind);
    const html = page(report);
    expect(html).not.toMatch(FETCHED);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    expect(html.length).toBeLessThan(2 * 2 ** 20);
    const plots = html.match(/<svg [^>]*>\n<title[^>]*>[^<]+<\/title><desc[^>]*>[^<]+<\/desc>/g) ?? [];
    expect(plots).toHaveLength(html.match(/<svg /g)?.length ?? 0);
    expect(plots.length).toBeGreaterThanOrEqual(5);
    // Plots take their colours from the page, so that they can be read in the dark and on paper.
    expect(html.slice(html.indexOf('</style>'))).not.toMatch(/(?:fill|stroke)="(?!var\(|none|transparent)/);
  });

  it('writes labels and file names as text', async () => {
    const label = '<img src=x onerror=alert(1)>"&\u202egnp.exe';
    const report = await reportOf({
      labels: [label, 'b'],
      each: 2,
      right: 0,
      group: (at) => `<b>${at % 2}</b>`,
      file: (at) => `/data/</li><script>alert(2)</script>/${at}.tif`,
    });
    const html = page(report);
    expect(html).not.toContain('<img src=x');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<b>0');
    expect(html).not.toContain('\u202e');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;');
  });

  it('shows the pictures it is given and says where there is none', async () => {
    const report = await reportOf({ labels: ['a', 'b'], each: 2, right: 0 });
    const [first] = report.worstErrors;
    const html = page(report, new Map([[first?.sha256 ?? '', Uint8Array.of(255, 216, 255)]]));
    expect(html).toContain('src="data:image/jpeg;base64,/9j/"');
    expect(html.match(/no picture/g)).toHaveLength(report.worstErrors.length - 1);
  });

  it('is the same again, also after other plots were drawn', async () => {
    const report = await reportOf({ labels: ['a', 'b', 'c'], each: 2, group: (at) => `session ${at % 2}` });
    const html = page(report);
    page(await reportOf({ labels: ['x', 'y'], each: 2 }));
    expect(page(report)).toBe(html);
    expect(html).not.toMatch(/\bzr\d/);
  });
});
