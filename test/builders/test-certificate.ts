import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** Whether certificates can be made here; where nothing may be left out it is taken for granted. */
export const canMakeCertificates =
  process.env['SEMANTIFF_REQUIRE_SHARED'] === '1' || spawnSync('openssl', ['version']).status === 0;

/** A key and a certificate for 127.0.0.1 that no system knows; it is its own authority. Needs openssl. */
export function makeCertificate(): { key: string; cert: string } {
  const folder = temporaryFolder();
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  const asked = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', ['req', ...kind, ...asked, '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' });
  return { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') };
}
