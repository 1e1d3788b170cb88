/** YAML text → document, with limits that hold before the parser recurses. Beside document.ts the only importer of yaml. */
import { Composer, type Document, Lexer, type LineCounter, Parser, type ParsedNode, type YAMLError } from 'yaml';
import { err, ok, type Result } from '../lib/result.js';

/** Deepest nesting; a configuration needs four. */
export const MAX_DEPTH = 32;

/** Most lexical tokens. The composer compares each key with all before it: this bounds the square. */
const MAX_LEXEMES = 100_000;

/** A problem of the text; the offset is in UTF-16 code units. */
export interface TextProblem {
  readonly offset: number;
  readonly message: string;
}

/** Our words for what the parser says in the terms of the YAML specification. */
const WORDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab indents this line: indent with spaces',
  DUPLICATE_KEY: 'this key stands twice in one mapping: keep one of them',
  BLOCK_AS_IMPLICIT_KEY: 'a second key on this line: quote a value that contains ": "',
  NON_STRING_KEY: 'a key must be a plain word',
};

/** Parses one YAML document. Line starts go to `lines`. */
export function parseYaml(text: string, lines: LineCounter): Result<Document.Parsed, readonly TextProblem[]> {
  const tokens = tokenize(text, lines);
  if (!tokens.ok) return err([tokens.error]);
  try {
    // No merge keys and no YAML 1.1: `yes` is a word and `<<` an unknown key.
    const composer = new Composer<ParsedNode>({
      version: '1.2',
      stringKeys: true,
      uniqueKeys: true,
      logLevel: 'silent',
    });
    const [document, second] = [...composer.compose(tokens.value, true, text.length)];
    if (document === undefined) return err([{ offset: 0, message: 'not a YAML document' }]);
    const problems = [...document.errors, ...document.warnings].map(describe);
    if (second !== undefined) {
      problems.push({
        offset: second.range[0],
        message: 'a second document begins here: the file holds one, without ---',
      });
    }
    return problems.length > 0 ? err(problems) : ok(document);
  } catch (error) {
    // The parser is not ours: a bug in it must not end the daemon.
    return err([{ offset: 0, message: `cannot be parsed: ${error instanceof Error ? error.message : String(error)}` }]);
  }
}

type Tokens = ReturnType<Parser['parse']> extends Generator<infer Token> ? Token[] : never;

/**
 * Lexer and parser keep a stack of their own, so they bear any nesting; the composer after them recurses, and a deep
 * enough document ends the process inside a regular expression's compiler, which no catch can stop. Hence the count here.
 */
function tokenize(text: string, lines: LineCounter): Result<Tokens, TextProblem> {
  const parser = new Parser(lines.addNewLine);
  const tokens: Tokens = [];
  let lexemes = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    const offset = parser.offset;
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return err({ offset, message: `nested deeper than ${MAX_DEPTH} levels` });
    if (++lexemes > MAX_LEXEMES)
      return err({ offset, message: 'too many keys and values for a configuration of sftpd' });
  }
  tokens.push(...parser.end());
  const directive = tokens.find((token) => token.type === 'directive');
  if (directive !== undefined)
    return err({ offset: directive.offset, message: 'YAML directives (%) are not read here: remove the line' });
  return ok(tokens);
}

function describe(error: YAMLError): TextProblem {
  const message = WORDS[error.code] ?? `YAML: ${error.message.replace(/\s+/g, ' ').replace(/[.:]$/, '')}`;
  return { offset: error.pos[0], message };
}
