import { section, flag } from './formats.js';

/** Reading the file again while sftpd runs. */
export const reloadSchema = section({
  watch: flag()
    .default(false)
    .describe('Whether a change of this file is taken up by itself. SIGHUP always does it. Default false.'),
})
  .prefault({})
  .describe('Reading this file again while sftpd runs.');
