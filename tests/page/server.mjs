// The real program, serving a folder: started, killed and started again at the same port.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.SOKKURI_PROGRAM ?? 'build/release/sokkuri';
const startTimeMs = 60_000;

/** A folder that is gone when the tests are. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sokkuri-page-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Some files that cannot be read (exit code 3) are part of the test. */
export function index(folder, ...words) {
  try {
    execFileSync(program, ['index', folder, ...words], { stdio: 'pipe', env: environment(folder) });
  } catch (error) {
    if (error.status !== 3) throw new Error(`sokkuri index: ${error.status}: ${error.stderr}`);
  }
}

export class Server {
  #words;
  #sockets = temporaryFolder();
  #process = null;
  #port = 0;

  /** Folders, or whatever else `serve` takes. */
  constructor(...words) {
    this.#words = words;
    process.once('exit', () => this.kill());
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Resolves when it answers. */
  async start() {
    // Tests start indexing themselves.
    const place = ['--no-index', '--host', '127.0.0.1', '--port', String(this.#port), '--socket', join(this.#sockets, 'socket')];
    const child = spawn(program, ['serve', ...this.#words, ...place], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: environment(this.#sockets),
    });
    this.#process = child;
    const said = [];
    const lines = createInterface({ input: child.stderr });
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`sokkuri serve ${why}: ${said.join('\n')}`));
      const timer = setTimeout(() => fail('is not ready in time'), startTimeMs);
      lines.on('line', (line) => {
        said.push(line);
        if (line.includes('ready in')) resolve(clearTimeout(timer));
      });
      child.once('exit', (code) => fail(`ended with ${code}`));
    });
    this.#port = Number(/http:\/\/[^:]+:(\d+)/.exec(said.join('\n'))[1]);
  }

  /** As a crash does; resolves when the process is gone. */
  async kill() {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
}

/** Nothing of the user's settings reaches the program. */
function environment(home) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SOKKURI_|XDG_)/.test(name));
  return { ...Object.fromEntries(kept), HOME: home };
}
