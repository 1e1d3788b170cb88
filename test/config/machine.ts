import path from 'node:path';
import type { CheckSetting } from '../../src/config/cross-checks.js';
import { parseServices } from '../../src/config/services.js';

/**
 * A machine that is the same everywhere: what the checks would look up. A file whose name begins with `absent` is not there,
 * one that begins with `forbidden` is not for us.
 */
export const MACHINE: CheckSetting = {
  services: parseServices('ftp 21/tcp safetp # comment\nraw-ftp 351/tcp\ntftp 69/udp\n'),
  localAddresses: ['127.0.0.1', '::1', '192.0.2.1'],
  programFault: faultByName,
  logFileFault: faultByName,
};

function faultByName(file: string): string | undefined {
  const name = path.basename(file);
  if (name.startsWith('absent')) return 'is not there (says the test)';
  return name.startsWith('forbidden') ? 'is not allowed (says the test)' : undefined;
}
