// embed.mjs FOLDER OUT: turns the files that Vite wrote to FOLDER into OUT/embedded_page.cpp, with a
// gzip and a brotli copy of each that compression makes smaller. The bytes come in by .incbin, so
// that the compiler never parses them.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const mediaTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** A copy must save a tenth, or it is not worth its bytes in the program. */
const worthOf = (copy, bytes) => (copy.length < bytes.length * 0.9 ? copy : Buffer.alloc(0));

function variantsOf(bytes) {
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  return { bytes, gzip: worthOf(gzipSync(bytes, { level: 9 }), bytes), brotli: worthOf(brotli, bytes) };
}

function describe(folder, path) {
  const mediaType = mediaTypes[extname(path)];
  if (!mediaType) throw new Error(`${path}: no media type is known for its extension; add it to web/embed.mjs`);
  const bytes = readFileSync(join(folder, path));
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  return { path, mediaType, etag: `"${digest}"`, variants: variantsOf(bytes) };
}

const quoted = (text) => JSON.stringify(text);
const symbol = (index, variant) => `sokkuri_page_${index}_${variant}`;

/** Writes the variant beside the source and gives the assembler and declaration of its bytes. */
function embedVariant(out, index, variant, bytes) {
  const name = symbol(index, variant);
  const file = join(out, `${index}.${variant}`);
  writeFileSync(file, bytes);
  return (
    `__asm__(".pushsection .rodata\\n.balign 16\\n.local ${name}, ${name}_end\\n"\n` +
    `        "${name}:\\n.incbin ${quoted(file).replaceAll('"', '\\"')}\\n${name}_end:\\n.byte 0\\n.popsection\\n");\n` +
    `extern "C" const std::byte ${name}[] __attribute__((visibility("hidden")));\n`
  );
}

function sourceOf(files, out) {
  let assembler = '';
  let rows = '';
  files.forEach((file, index) => {
    const spans = Object.entries(file.variants).map(([variant, bytes]) => {
      if (bytes.length === 0) return '{}';
      assembler += embedVariant(out, index, variant, bytes);
      return `{${symbol(index, variant)}, ${bytes.length}}`;
    });
    rows += `    {${quoted(file.path)}, ${quoted(file.mediaType)}, ${quoted(file.etag)},\n     ${spans.join(', ')}},\n`;
  });
  return `// Made by web/embed.mjs from the built page.
#include "http/embedded_page.h"

${assembler}
namespace sokkuri::http {
namespace {
const EmbeddedFile kFiles[] = {
${rows}};
}  // namespace

std::span<const EmbeddedFile> embedded_page() { return kFiles; }

}  // namespace sokkuri::http
`;
}

const [folder, out] = process.argv.slice(2).map((path) => resolve(path));
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .sort();
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'embedded_page.cpp'), sourceOf(paths.map((path) => describe(folder, path)), out));
