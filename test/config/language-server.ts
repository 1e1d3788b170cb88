/** yaml-language-server over LSP, as an editor would run it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A problem as the editor would show it. */
export interface EditorDiagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** One running language server. */
export class LanguageServer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #diagnosed = new Map<string, (diagnostics: readonly EditorDiagnostic[]) => void>();
  #input = Buffer.alloc(0);
  #next = 1;

  constructor() {
    const manifest = createRequire(import.meta.url).resolve('yaml-language-server/package.json');
    const program = path.join(path.dirname(manifest), 'bin', 'yaml-language-server');
    this.#child = spawn(process.execPath, [program, '--stdio']);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  async start(): Promise<void> {
    await this.#request('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    this.#notify('initialized', {});
    // No schema from elsewhere: only what the file itself names.
    this.#notify('workspace/didChangeConfiguration', { settings: SETTINGS });
  }

  /** Opens a text as a file and waits for what the server has against it. */
  async open(uri: string, text: string): Promise<readonly EditorDiagnostic[]> {
    const diagnostics = new Promise<readonly EditorDiagnostic[]>((resolve) => this.#diagnosed.set(uri, resolve));
    this.#notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return diagnostics;
  }

  /** What the server offers at a place of an open file. */
  async complete(uri: string, line: number, character: number): Promise<readonly string[]> {
    const answer = await this.#request('textDocument/completion', {
      textDocument: { uri },
      position: { line, character },
    });
    return (answer as { readonly items: readonly { readonly label: string }[] }).items.map(({ label }) => label);
  }

  /** What the server shows of a place of an open file. */
  async hover(uri: string, line: number, character: number): Promise<string> {
    const answer = await this.#request('textDocument/hover', { textDocument: { uri }, position: { line, character } });
    return JSON.stringify((answer as { readonly contents: unknown }).contents);
  }

  stop(): void {
    this.#child.kill();
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  #notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(message: Message): void {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin.write(body);
  }

  #read(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk]);
    for (;;) {
      const end = this.#input.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(this.#input.toString('latin1', 0, Math.max(0, end)))?.[1]);
      if (end === -1 || this.#input.length < end + 4 + length) return;
      const body = this.#input.toString('utf8', end + 4, end + 4 + length);
      this.#input = this.#input.subarray(end + 4 + length);
      this.#take(JSON.parse(body) as Message);
    }
  }

  #take({ id, method, params, result }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly EditorDiagnostic[] };
      this.#diagnosed.get(uri)?.(diagnostics);
    } else if (method === undefined) {
      this.#answers.get(Number(id))?.(result);
    } else if (id !== undefined) {
      // The server asks for its settings, one answer an item, or registers something.
      const items = (params as { readonly items?: readonly { readonly section?: string }[] }).items ?? [];
      const answers = items.map(({ section }) => (section === 'yaml' ? SETTINGS.yaml : {}));
      this.#send({ id, result: method === 'workspace/configuration' ? answers : null });
    }
  }
}

const SETTINGS = {
  yaml: { validate: true, completion: true, hover: true, schemaStore: { enable: false }, schemas: {} },
} as const;
