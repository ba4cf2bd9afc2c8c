import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// The tiers of src/README.md, as import rules. A folder may import only what lies below it.
const domains = ['calls', 'cases', 'player', 'transcript', 'search', 'sources', 'settings', 'evidence'];
const tauri = { group: ['@tauri-apps/*'], message: 'Only bridge/tauri.ts talks to Tauri.' };
const forbid = (folders, message) => [
  'error',
  { patterns: folders.length > 0 ? [tauri, { regex: `^(\\.\\./)+(${folders.join('|')})(/|$)`, message }] : [tauri] },
];

const tier = (folder, folders, message) => ({
  files: [`src/${folder}/**/*.{ts,svelte}`, `src/${folder}/**/*.svelte.ts`],
  rules: { 'no-restricted-imports': forbid(folders, message) },
});

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/bridge/generated.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-undef': 'off',
      'no-console': 'error',
      'no-eval': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-imports': forbid([], ''),
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Text from sources is rendered as text nodes only.' },
        { property: 'outerHTML', message: 'Text from sources is rendered as text nodes only.' },
        { property: 'insertAdjacentHTML', message: 'Text from sources is rendered as text nodes only.' },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
    },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      'svelte/no-inline-styles': 'off',
      // Not every map and set is shown; the ones that are, are SvelteMap and SvelteSet by choice.
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
    },
  },
  tier('text', ['bridge', 'state', 'parts', 'views', ...domains], 'text/ is pure: words and numbers only.'),
  tier('parts', ['bridge', 'state', 'views', ...domains], 'parts/ know nothing of the product.'),
  tier('bridge', ['state', 'parts', 'views', ...domains], 'bridge/ is the lowest tier but text/.'),
  tier('state', ['parts', 'views', ...domains], 'state/ holds state and renders nothing.'),
  ...domains.map((domain) =>
    tier(domain, ['views', ...domains.filter((other) => other !== domain)], 'Only views/ composes domains.'),
  ),
  { files: ['src/bridge/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
);
