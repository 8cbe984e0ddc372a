import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The build for browsers, as the page has it.
    alias: { 'strophe.js': fileURLToPath(new URL('node_modules/strophe.js/dist/strophe.esm.js', import.meta.url)) },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'happy-dom' },
});
