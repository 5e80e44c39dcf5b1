import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { configLeaves } from '../../../src/config/leaves.ts';
import { loadConfig } from '../../../src/config/load.ts';

async function folderWith(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'semantiff-config-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

describe('loadConfig', () => {
  it('prefers flag over environment over file over default, and remembers which', async () => {
    const cwd = await folderWith({
      'semantiff.config.yaml': 'workers:\n  count: 2\n  batchFiles: 3\n  deadlineS: 7\n',
    });
    const { config, origins } = await loadConfig({
      cwd,
      env: { SEMANTIFF_WORKERS_COUNT: '4', SEMANTIFF_WORKERS_BATCH_FILES: '5' },
      flags: { 'workers.count': 6 },
    });
    expect(config.workers).toEqual({ count: 6, batchFiles: 5, deadlineS: 7, batchMiB: 64, memoryMiB: 1536 });
    expect(origins.get('workers.count')).toBe('flag');
    expect(origins.get('workers.batchFiles')).toBe('env SEMANTIFF_WORKERS_BATCH_FILES');
    expect(origins.get('workers.deadlineS')).toBe(`file ${join(cwd, 'semantiff.config.yaml')}`);
    expect(origins.get('workers.memoryMiB')).toBe('default');
  });

  it('takes relative paths of a file from the folder of that file', async () => {
    const cwd = await folderWith({ 'my.json': '{"repo": "out/records"}' });
    const { config } = await loadConfig({ cwd: tmpdir(), env: {}, flags: {}, file: join(cwd, 'my.json') });
    expect(config.repo).toBe(join(cwd, 'out', 'records'));
  });

  it('reports every fault at once with its setting and origin', async () => {
    const cwd = await folderWith({ 'semantiff.config.json': '{"classify": {"acceptAbove": 3}, "colour": 1}' });
    const load = loadConfig({ cwd, env: { SEMANTIFF_WORKERS_COUNT: 'many' }, flags: {} });
    await expect(load).rejects.toThrow(/classify\.acceptAbove[\s\S]*from file/);
    await expect(load).rejects.toThrow(/workers\.count[\s\S]*env SEMANTIFF_WORKERS_COUNT/);
    await expect(load).rejects.toThrow(/colour/);
  });

  it('does not read an empty environment variable as a number or a path', async () => {
    const { config } = await loadConfig({ cwd: await folderWith(), env: { SEMANTIFF_WORKERS_COUNT: '' }, flags: {} });
    expect(config.workers.count).toBeUndefined();
  });

  it('accepts time zones and offsets, and refuses what is neither', async () => {
    const cwd = await folderWith();
    for (const zone of ['Europe/Rome', '+05:30']) {
      const { config } = await loadConfig({ cwd, env: { SEMANTIFF_INSTRUMENT_TIME_ZONE: zone }, flags: {} });
      expect(config.instrument.timeZone).toBe(zone);
    }
    await expect(loadConfig({ cwd, env: { SEMANTIFF_INSTRUMENT_TIME_ZONE: 'Mars/Base' }, flags: {} })).rejects.toThrow(
      /time zone/,
    );
  });

  it('names a config file that cannot be parsed', async () => {
    const cwd = await folderWith({ 'semantiff.config.json': '{' });
    await expect(loadConfig({ cwd, env: {}, flags: {} })).rejects.toThrow(/semantiff\.config\.json cannot be parsed/);
  });
});

describe('configLeaves', () => {
  it('gives every setting a description and an environment variable of its own', () => {
    const leaves = configLeaves();
    expect(leaves.every((leaf) => leaf.description.length > 10)).toBe(true);
    expect(new Set(leaves.map((leaf) => leaf.env)).size).toBe(leaves.length);
  });

  it('takes a password from the environment, and shows it nowhere', async () => {
    const { config } = await loadConfig({
      cwd: await folderWith(),
      env: { SEMANTIFF_PUBLISH_WEBDAV_PASSWORD: 'geheim' },
      flags: {},
    });
    const { password } = config.publish.webdav;
    expect(password?.reveal()).toBe('geheim');
    expect(`${JSON.stringify(config)} ${inspect(config, { depth: 9 })} ${password?.toString()}`).not.toContain(
      'geheim',
    );
  });

  it('refuses a password in the config file and in an address, and says where it belongs', async () => {
    const file = await folderWith({ 'semantiff.config.yaml': 'publish:\n  webdav:\n    password: geheim\n' });
    const load = loadConfig({ cwd: file, env: {}, flags: {} });
    await expect(load).rejects.toThrow(/SEMANTIFF_PUBLISH_WEBDAV_PASSWORD[\s\S]*passwordFile/);
    await expect(load).rejects.not.toThrow(/geheim/);
    const address = { SEMANTIFF_PUBLISH_WEBDAV_URL: 'https://me:geheim@example.org/dav' };
    await expect(loadConfig({ cwd: await folderWith(), env: address, flags: {} })).rejects.toThrow(
      /publish\.webdav\.url: must not contain/,
    );
  });

  it('takes the file of a password from the folder of the config file', async () => {
    const cwd = await folderWith({ 'my.yaml': 'publish: { webdav: { passwordFile: secrets/dav } }' });
    const { config } = await loadConfig({ cwd: tmpdir(), env: {}, flags: {}, file: join(cwd, 'my.yaml') });
    expect(config.publish.webdav.passwordFile).toBe(join(cwd, 'secrets', 'dav'));
  });
});
