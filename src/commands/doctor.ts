import { configLeaves } from '../config/leaves.ts';
import type { LoadedConfig } from '../config/load.ts';
import { EXIT_FAILED, EXIT_OK } from '../domain/states.ts';
import { type Check, checkWorld } from '../pipeline/check-world.ts';
import type { Invocation } from './invocation.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places } from './settings.ts';
import { table } from './table.ts';

/** `semantiff doctor`: every setting with its origin, then each held against the world. */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const json = invocation.values['json'] === true;
  const values = settingRows(settings);
  const here = settings.config.repo === undefined ? undefined : places(settings);
  const checks = await checkWorld(settings.config, here, sessionOptions(settings.config).openTargets);
  if (json) {
    for (const [setting, value, origin] of values)
      process.stdout.write(`${JSON.stringify({ setting, value, origin })}\n`);
    for (const check of checks) process.stdout.write(`${JSON.stringify(check)}\n`);
  } else {
    process.stdout.write(`${table([{ title: 'setting' }, { title: 'value', max: 60 }, { title: 'from' }], values)}\n`);
    process.stdout.write(checks.map(checkLine).join(''));
  }
  return checks.some(({ result }) => result === 'fail') ? EXIT_FAILED : EXIT_OK;
}

function settingRows({ config, origins }: LoadedConfig): string[][] {
  return configLeaves().map(({ path }) => {
    const value = path
      .split('.')
      .reduce<unknown>((here, part) => (here as Record<string, unknown> | undefined)?.[part], config);
    return [path, value === undefined ? '' : JSON.stringify(value), origins.get(path) ?? 'default'];
  });
}

function checkLine({ name, result, detail }: Check): string {
  return `${{ ok: 'ok  ', warn: 'WARN', fail: 'FAIL' }[result]} ${name}: ${detail}\n`;
}
