import { describe, expect, it } from 'vitest';
import { decide, topLabels } from '../../../src/classify/decide.ts';
import { modelManifest } from '../../builders/model-manifest.ts';

const manifest = modelManifest();
const labels = (...scores: number[]) => topLabels(manifest.labels, Float64Array.from(scores));

describe('deciding about labels', () => {
  it('accepts a score above the threshold and says what it was measured on', () => {
    const { decision, reason } = decide(manifest, labels(0.95, 0.03, 0.02), 0.8);
    expect(decision).toBe('accepted');
    expect(reason).toBe('Fibres 0.95 is above 0.9 (99 % of 80 images in cross-validation got the right label).');
  });

  it('does not accept a score that only reaches the threshold', () => {
    expect(decide(manifest, labels(0.9, 0.08, 0.02), 0.8).decision).toBe('suggested');
  });

  it('suggests the first two labels between the thresholds', () => {
    const { decision, reason } = decide(manifest, labels(0.6, 0.3, 0.1), 0.8);
    expect(decision).toBe('suggested');
    expect(reason).toContain('Fibres 0.60 or Particles 0.30');
    expect(reason).toContain('not above 0.9');
  });

  it('leaves a low score to review', () => {
    expect(decide(manifest, labels(0.35, 0.33, 0.32), 0.8)).toEqual({
      decision: 'review',
      reason: 'Fibres 0.35 is not above 0.4.',
    });
  });

  it('never decides above review for a label of fewer than ten real images, however many were simulated', () => {
    const { decision, reason } = decide(manifest, labels(0.01, 0.01, 0.98), 0.8, { acceptAbove: 0, suggestAbove: 0 });
    expect(decision).toBe('review');
    expect(reason).toContain('only 9 real images');
  });

  it('sends an image unlike every training image to review whatever its score', () => {
    const { decision, reason } = decide(manifest, labels(0.99, 0.01, 0), 0.29, { acceptAbove: 0.1 });
    expect(decision).toBe('review');
    expect(reason).toContain('similarity 0.29, limit 0.30');
  });

  it('accepts nothing where validation supports no threshold', () => {
    const { suggest } = manifest.thresholds;
    const none = modelManifest({ thresholds: suggest === undefined ? {} : { suggest } });
    expect(decide(none, labels(1, 0, 0), 0.9)).toMatchObject({ decision: 'suggested' });
    expect(decide(none, labels(1, 0, 0), 0.9).reason).toContain('validation supports no threshold for accepting');
    expect(decide(modelManifest({ thresholds: {} }), labels(1, 0, 0), 0.9).decision).toBe('review');
  });

  it('follows thresholds of the configuration and says so', () => {
    const { decision, reason } = decide(manifest, labels(0.6, 0.3, 0.1), 0.8, { acceptAbove: 0.5 });
    expect(decision).toBe('accepted');
    expect(reason).toBe('Fibres 0.60 is above 0.5 (set in the configuration).');
  });
});

describe('the first labels', () => {
  it('are five at most, ranked, best first, with scores that never rise and never leave 0 to 1', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const top = topLabels(names, Float64Array.of(1e-9, 0.9999999, 0, 1e-8, 3e-8, 2e-8, 1e-7));
    expect(top.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
    expect(top[0]).toEqual({ label: 'b', score: 1, rank: 1 });
    for (const [at, { score }] of top.entries()) {
      expect(score).toBeLessThanOrEqual(top[at - 1]?.score ?? 1);
      expect(Math.fround(score)).toBeLessThanOrEqual(1);
      expect(score).toBeGreaterThanOrEqual(0);
    }
  });

  it('are all there are of a model with fewer than five', () => {
    expect(labels(0.2, 0.5, 0.3).map(({ label }) => label)).toEqual(['Particles', 'Tips', 'Fibres']);
  });
});
