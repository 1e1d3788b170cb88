import type { CheckSetting } from '../../src/config/cross-checks.js';
import { parseServices } from '../../src/config/services.js';

/** A machine that is the same everywhere: what the checks would look up. */
export const MACHINE: CheckSetting = {
  services: parseServices('ftp 21/tcp safetp # comment\nraw-ftp 351/tcp\ntftp 69/udp\n'),
  localAddresses: ['127.0.0.1', '::1', '192.0.2.1'],
};
