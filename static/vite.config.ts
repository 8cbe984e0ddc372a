import { defineConfig } from 'vite';

// The page is served from the root of its own origin. `npm run dev` takes the programs' answers from a running stack.
const stack = 'http://127.0.0.1:8080';

export default defineConfig({
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // The map library alone is over a megabyte; it is one chunk of its own, cached apart from the page's own code.
    chunkSizeWarningLimit: 1800,
    rolldownOptions: {
      // The map, and the description of the REST interface.
      input: ['index.html', 'docs.html'],
      output: {
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /node_modules[\\/]maplibre-gl/ },
            { name: 'strophe', test: /node_modules[\\/]strophe/ },
            { name: 'swagger-ui', test: /node_modules[\\/]swagger-ui-dist/ },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: { proxy: { '/api': stack, '/http-bind': stack } },
});
