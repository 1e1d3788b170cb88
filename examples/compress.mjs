// Compresses a file on the server: down through one session, through gzip, up through another one. Nothing is held here but
// what is on its way.
//
//   SFTPC_PASSWORD=… node compress.mjs HOST PORT USER FILE
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { connect } from 'sftpd/client';

const [host, port, user, file] = process.argv.slice(2);
const part = `${file}.gz.part`;

const down = await connect({ host, port: Number(port), user, password: process.env.SFTPC_PASSWORD });
const up = await down.another();
try {
  const before = await down.stat(file);
  await pipeline(down.createReadStream(file), createGzip(), up.createWriteStream(part));
  // Here the server has said that it has sent all of the one and stored all of the other.
  await up.rename(part, `${file}.gz`);
  if (before?.modified !== undefined) await up.setModified(`${file}.gz`, before.modified);
  console.log(`${file}.gz: ${await up.size(`${file}.gz`)} octets`);
} catch (error) {
  // The server may have kept what it got.
  await up.delete(part).catch(() => undefined);
  throw error;
} finally {
  await Promise.all([down.quit(), up.quit()]);
}
