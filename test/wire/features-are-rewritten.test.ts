import { expect, it } from 'vitest';
import { featuresReply, rewriteFeatures } from '../../src/wire/feat.js';
import type { Reply } from '../../src/wire/reply.js';
import { DATA_SETUP_VERBS, dataDirection, mayOvertake } from '../../src/wire/verbs.js';

const drop = (name: string): boolean => ['AUTH', 'PBSZ', 'PROT', 'SPSV'].includes(name);
const add = ['AUTH X-SafeTP1', 'PBSZ', 'PROT'];
const rewritten = (...lines: string[]): readonly string[] => rewriteFeatures({ code: 211, lines }, { drop, add }).lines;

it('vsftpd: one space', () => {
  expect(rewritten('211-Features:', ' AUTH TLS', ' EPRT', ' PBSZ', ' UTF8', '211 End')).toEqual([
    '211-Features:',
    ' EPRT',
    ' UTF8',
    ' AUTH X-SafeTP1',
    ' PBSZ',
    ' PROT',
    '211 End',
  ]);
});

it('no space, several spaces, 211- before each, lower case, empty lines', () => {
  expect(
    rewritten(
      '211-Extensions',
      'MDTM',
      '   SIZE',
      '211-REST STREAM',
      '211- MLST type*;size*;',
      '',
      ' auth tls;ssl;',
      '211 End.',
    ),
  ).toEqual([
    '211-Extensions',
    ' MDTM',
    ' SIZE',
    ' REST STREAM',
    ' MLST type*;size*;',
    ' AUTH X-SafeTP1',
    ' PBSZ',
    ' PROT',
    '211 End.',
  ]);
});

it('what is there already is not added again', () => {
  const listed = { code: 211, lines: ['211-F', ' utf8', '211 End'] };
  expect(rewriteFeatures(listed, { drop: () => false, add: ['UTF8'] })).toEqual(listed);
});

it('an ftpd without features', () => {
  const none: Reply = { code: 211, lines: ['211 no-features'] };
  expect(rewriteFeatures(none, { drop, add: ['UTF8'] })).toEqual(featuresReply(['UTF8']));
  expect(rewriteFeatures(none, { drop, add: [] })).toBe(none);
  expect(rewriteFeatures({ code: 211, lines: ['211-F', '211 E'] }, { drop, add: [] })).toEqual(featuresReply([]));
});

it('an ftpd without FEAT', () => {
  expect(featuresReply(['UTF8', 'PBSZ']).lines).toEqual(['211-Extensions supported:', ' UTF8', ' PBSZ', '211 End']);
  expect(featuresReply([]).lines).toEqual(['211 No extensions supported']);
  const refused: Reply = { code: 500, lines: ['500 Unknown command.'] };
  expect(rewriteFeatures(refused, { drop, add })).toBe(refused);
});

it('the tables of verbs', () => {
  expect(['RETR', 'MLSD', 'STOU', 'MLST', 'STAT'].map(dataDirection)).toEqual([
    'download',
    'download',
    'upload',
    undefined,
    undefined,
  ]);
  expect(['CPSV', 'LPRT', 'LPSV', 'SPSV'].map((verb) => DATA_SETUP_VERBS.get(verb))).toEqual(
    Array.from({ length: 4 }, () => 'forbidden'),
  );
  expect(mayOvertake('ABOR') && !mayOvertake('NOOP')).toBe(true);
});
