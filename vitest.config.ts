import { defineConfig } from 'vitest/config';

const common = { environment: 'node', sequence: { shuffle: { tests: true } }, retry: 0, allowOnly: false } as const;

export default defineConfig({
  test: {
    reporters: process.env['SEMANTIFF_TEST_REPORT'] ? ['default', 'json'] : ['default'],
    ...(process.env['SEMANTIFF_TEST_REPORT'] && { outputFile: { json: process.env['SEMANTIFF_TEST_REPORT'] } }),
    globalSetup: ['test/global-setup.ts'],
    projects: [
      { extends: true, test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      {
        extends: true,
        test: { ...common, name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: 'services',
          include: ['test/services/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
