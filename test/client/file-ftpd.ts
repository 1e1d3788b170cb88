/** An ftpd that has MLSD, SIZE, MDTM and REST, and whose files a test makes up. */
import { answeringFtpd, type Answer, type AnsweringFtpd } from './answering-ftpd.js';

const USUAL: Readonly<Record<string, string>> = {
  FEAT: '211-These\n MLST type*;size*;modify*;\n REST STREAM\n SIZE\n MDTM\n211 End',
  MKD: '257 made',
  REST: '350 from there',
};

/** @param answer - is given what stands behind the verb */
export async function fileFtpd(answer: (verb: string, argument: string) => Answer | undefined): Promise<AnsweringFtpd> {
  return answeringFtpd((verb, line) => answer(verb, line.slice(verb.length + 1)) ?? USUAL[verb]);
}

/** Octets as they are, or text in UTF-8; the final reply comes when the other side has taken all of it. */
export function sends(content: string | Uint8Array, final = '226 done'): Answer {
  return {
    data: (data, say) => {
      data.on('close', () => say(final)).resume();
      data.end(content);
    },
  };
}

/** Takes a file to its end. @param stored - gives the final reply */
export function takes(stored: (content: Buffer) => string): Answer {
  return {
    data: (data, say) => {
      const chunks: Buffer[] = [];
      data.on('data', (chunk) => chunks.push(chunk)).on('end', () => say(stored(Buffer.concat(chunks))));
    },
  };
}
