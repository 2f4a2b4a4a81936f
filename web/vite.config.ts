import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The built page goes where the build wants it (web/CMakeLists.txt). `npm run dev` shows the sources and
// asks the server at SOKKURI_SERVER for data.
export default defineConfig({
  plugins: [
    react(),
    {
      // The colors that a person chose are set before the first paint: nothing flashes.
      name: 'render-blocking',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
      },
    },
  ],
  base: '/',
  build: {
    outDir: process.env['SOKKURI_PAGE_OUT'] ?? '../build/page',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // data: in a style sheet would need a wider content security policy than pictures do.
    assetsInlineLimit: 0,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '^/(v1|readyz)': process.env['SOKKURI_SERVER'] ?? 'http://127.0.0.1:7171' },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
