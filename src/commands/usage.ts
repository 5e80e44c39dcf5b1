import { SITE_FACTS } from '../publish/formats/document.ts';
import { MODEL_VERBS } from './usage-models.ts';
import { type OptionSpec, PLACES, type VerbSpec } from './usage-options.ts';

const WORK: Record<string, OptionSpec> = {
  workers: { short: 'w', value: 'N', help: 'worker processes (default: one a core)', setting: 'workers.count' },
  accept: { value: 'KINDS', help: 'tiff,jpeg,png: kinds that become records (default: tiff)', setting: 'accept' },
  instrument: { value: 'ID', help: 'your name for the instrument', setting: 'instrument.id' },
  'time-zone': { value: 'ZONE', help: 'time zone of the microscope, e.g. Europe/Rome', setting: 'instrument.timeZone' },
  model: {
    value: 'NAME[/VERSION]',
    help: 'model that labels the pictures (default: the promoted one)',
    setting: 'classify.model',
  },
  durability: { value: 'MODE', help: 'record or batch: what is forced to disk at once', setting: 'durability' },
  deadline: { value: 'SECONDS', help: 'longest time for one file (default: 120)', setting: 'workers.deadlineS' },
  'memory-mib': {
    value: 'MIB',
    help: 'memory at which a worker is stopped (default: 1536)',
    setting: 'workers.memoryMiB',
  },
  pages: { value: 'PAGES', help: 'first or all: pages of a TIFF in the HDF5 (default: all)', setting: 'convert.pages' },
  'no-classify': { flag: true, help: 'no labels' },
};

/** Every verb with its options: the source of `--help`, of argument parsing and of the documentation. */
export const VERBS: Record<string, VerbSpec> = {
  init: {
    summary: 'write a config file, asking what it does not know',
    operands: '',
    options: {
      inbox: { value: 'DIR', help: 'folder the microscope writes to', setting: 'inbox' },
      out: PLACES['out'] as OptionSpec,
      instrument: WORK['instrument'] as OptionSpec,
      'time-zone': WORK['time-zone'] as OptionSpec,
      file: { value: 'FILE', help: 'config file to write (default: semantiff.config.yaml)' },
      yes: { flag: true, short: 'y', help: 'ask nothing; overwrite nothing' },
    },
    examples: ['semantiff init', 'semantiff init --inbox /data/sem --out /data/records --instrument gemini --yes'],
  },
  backfill: {
    summary: 'make records of all micrographs below a folder',
    operands: 'DIR',
    options: { ...PLACES, ...WORK },
    examples: [
      'semantiff backfill /data/sem --out /data/records',
      'semantiff backfill scans -o records --json > done.jsonl',
    ],
  },
  watch: {
    summary: 'make records of micrographs as they arrive, until stopped',
    operands: '[DIR]',
    options: {
      ...PLACES,
      ...WORK,
      mode: { value: 'MODE', help: 'auto, native or polling (network shares)', setting: 'watch.mode' },
      'settle-ms': { value: 'MS', help: 'time without change before a file is complete', setting: 'watch.settleMs' },
      'sidecar-grace-s': {
        value: 'S',
        help: 'time a picture without a header inside waits for its sidecar',
        setting: 'watch.sidecarGraceS',
      },
    },
    examples: ['semantiff watch /data/sem --out /data/records'],
  },
  search: {
    summary: 'find records by words, labels, physical ranges or likeness',
    operands: '[WORDS...]',
    options: {
      ...PLACES,
      label: { value: 'LABEL', multiple: true, help: 'one of its five labels' },
      vendor: { value: 'NAME', help: 'vendor of the instrument' },
      decision: { value: 'WORD', help: 'accepted, suggested, review or none' },
      issue: { value: 'CODE', multiple: true, help: 'with this issue, e.g. out-of-focus, pixel-size-missing' },
      'no-issue': { value: 'CODE', multiple: true, help: 'without this issue, e.g. saturated' },
      kv: { value: 'RANGE', help: 'acceleration voltage, kV: 5..15, ">10", 500V..2kV' },
      'pixel-size': { value: 'RANGE', help: 'pixel size, nm: "<5nm"' },
      'field-width': { value: 'RANGE', help: 'horizontal field width, um: 1um..10um' },
      'working-distance': { value: 'RANGE', help: 'working distance, mm: 4..6' },
      magnification: { value: 'RANGE', help: 'magnification as the instrument states it' },
      date: { value: 'RANGE', help: 'acquisition date: 2017.., 2017-03..2019' },
      like: { value: 'FILE|ID', help: 'records that look like this picture' },
      rank: { value: 'WAY', help: 'words, meaning or fused: what words rank by (default: fused)' },
      explain: { flag: true, help: 'say of every result why it is there' },
      literal: { flag: true, help: 'take the words as words: understand no ranges in them' },
      drop: {
        value: 'FIELD',
        multiple: true,
        help: 'forget a range understood in the words: kv, pixel-size, date ...',
      },
      limit: { value: 'N', help: 'number of results (default: 20)' },
    },
    examples: [
      'semantiff search "porous scaffold for cells 5-10 kV below 50 nm/px" -o records',
      'semantiff search "porous scaffold" --kv 5..15 -o records',
      'semantiff search --like image.tif -o records',
    ],
  },
  status: {
    summary: 'how many files are where, and why',
    operands: '[FILE]',
    options: {
      ...PLACES,
      show: { value: 'STATE', help: 'list the files of a state: waiting, queued, done, skipped, quarantined' },
      target: { value: 'NAME', help: 'list the records that this target is still to have, or was given up for' },
      limit: { value: 'N', help: 'number of files or records listed (default: 20)' },
    },
    examples: [
      'semantiff status -o records',
      'semantiff status --show quarantined -o records',
      'semantiff status --target webdav -o records',
      'semantiff status scan_017.tif -o records',
    ],
  },
  retry: {
    summary: 'queue quarantined files again, or deliveries that failed',
    operands: '[FILE...]',
    options: {
      ...PLACES,
      failed: { flag: true, help: 'deliveries that were given up, in place of files' },
      target: { value: 'NAME', help: 'deliveries to this target, also those that wait for their next try' },
    },
    examples: ['semantiff retry -o records', 'semantiff retry --failed --target webdav -o records'],
  },
  deliver: {
    summary: 'bring records to their targets, without looking for new files',
    operands: '',
    options: {
      ...PLACES,
      'until-empty': { flag: true, help: 'wait for targets that are away, until nothing is left to deliver' },
    },
    examples: ['semantiff deliver -o records', 'semantiff deliver --until-empty -o records'],
  },
  index: {
    summary: 'make the search index anew from the records, while it goes on answering',
    operands: 'rebuild',
    options: {
      ...PLACES,
      from: { value: 'TARGET', help: 'from the records at this target, such as webdav (default: those in REPO)' },
    },
    examples: ['semantiff index rebuild -o records'],
  },
  withdraw: {
    summary: 'take records back, leaving a tombstone, or take operators out of them',
    operands: 'ID...',
    options: {
      ...PLACES,
      workers: WORK['workers'] as OptionSpec,
      reason: { value: 'TEXT', help: 'what people read in place of the record' },
      erase: { value: 'WHAT', help: 'operator: keep the record, and take the names of operators out of it' },
    },
    examples: [
      'semantiff withdraw 0123...cdef --reason "wrong sample" -o records',
      'semantiff withdraw 0123...cdef --erase operator -o records',
    ],
  },
  reprocess: {
    summary: 'make new revisions of records that an older program or model made',
    operands: '',
    options: {
      ...PLACES,
      ...WORK,
      stage: {
        value: 'STAGE',
        help: 'harvest, convert or classify: redo what an older one of these made (default: all)',
      },
      where: { value: 'QUERY', help: 'only records that a search finds: words and field:value' },
      all: { flag: true, help: 'redo every record, current or not' },
    },
    examples: [
      'semantiff reprocess -o records',
      'semantiff reprocess --stage classify --model my-lab -o records',
      'semantiff reprocess --all --where "vendor:zeiss kv:5..15 decision:review" -o records',
    ],
  },
  export: {
    summary: 'write records in the words of others: DataCite, RO-Crate, PROV, schema.org, SciCat, NOMAD',
    operands: '[QUERY...]',
    options: {
      ...PLACES,
      format: { value: 'NAME', help: 'datacite, ro-crate, prov, schema-org, scicat or nomad' },
      to: { value: 'DIR', help: 'folder to write to; without it --json writes the documents to stdout' },
      where: { value: 'QUERY', help: 'only records that a search finds: words and field:value' },
      id: { value: 'ID', multiple: true, help: 'only this record; may be given again' },
      link: { flag: true, help: 'ro-crate, nomad: hard links to the files of REPO in place of copies' },
      set: { value: 'NAME=VALUE', multiple: true, help: `what records do not state: ${SITE_FACTS.join(', ')}` },
    },
    examples: [
      'semantiff export --format datacite --to out -o records',
      'semantiff export --format ro-crate --to crate --link vendor:zeiss kv:5..15 -o records',
      'semantiff export --format scicat --to out --set ownerGroup=sem --set creationLocation=/lab/sem -o records',
    ],
  },
  verify: {
    summary: 'hold records, index and targets against the checksums in record.json',
    operands: '',
    options: {
      ...PLACES,
      target: { value: 'NAME', help: 'of the configured targets only this one' },
      quick: { flag: true, help: 'names, sizes and revisions only; read no file whole' },
      'safe-to-delete': { flag: true, help: 'print the originals whose bytes are safe in REPO and on every target' },
    },
    examples: ['semantiff verify -o records', 'semantiff verify --safe-to-delete -o records > originals.txt'],
  },
  ...MODEL_VERBS,
  doctor: {
    summary: 'check the configuration against the world',
    operands: '',
    options: { ...PLACES, inbox: { value: 'DIR', help: 'folder the microscope writes to', setting: 'inbox' } },
    examples: ['semantiff doctor'],
  },
  demo: {
    summary: 'back-fill the simulated micrographs that come with the program',
    operands: '',
    options: { out: { short: 'o', value: 'DIR', help: 'folder to write to (default: demo-out)' } },
    examples: ['semantiff demo'],
  },
  worker: {
    summary: 'process batches given as JSON lines on stdin (Spark, SLURM)',
    operands: '',
    options: {
      ...PLACES,
      ...WORK,
      stdio: { flag: true, help: 'JSON lines on stdin and stdout' },
    },
    examples: ['semantiff worker --stdio -o records'],
  },
};

/** The text of `semantiff --help`. */
export function overview(version: string): string {
  const width = Math.max(...Object.keys(VERBS).map((verb) => verb.length));
  const verbs = Object.entries(VERBS).map(([verb, { summary }]) => `  ${verb.padEnd(width)}  ${summary}`);
  return [
    `semantiff ${version}: every micrograph a findable, published, machine-labelled record`,
    '',
    'Usage: semantiff VERB [OPTIONS]',
    '',
    ...verbs,
    '',
    'semantiff VERB --help tells more. Settings come from flags, SEMANTIFF_* variables and semantiff.config.yaml.',
    'Exit codes: 0 all well, 1 the program failed, 2 wrong use or config, 3 finished with quarantined files.',
    '',
  ].join('\n');
}

/** The text of `semantiff VERB --help`. */
export function usage(verb: string, spec: VerbSpec): string {
  const rows = Object.entries(spec.options).map(([name, option]) => [optionHead(name, option), option.help] as const);
  const width = Math.max(...rows.map(([head]) => head.length));
  return [
    `semantiff ${verb}: ${spec.summary}`,
    '',
    `Usage: semantiff ${[verb, spec.operands, '[OPTIONS]'].filter(Boolean).join(' ')}`,
    '',
    ...rows.map(([head, help]) => `  ${head.padEnd(width)}  ${help}`),
    '',
    ...spec.examples.map((example) => `  $ ${example}`),
    '',
  ].join('\n');
}

function optionHead(name: string, { short, value }: OptionSpec): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}
