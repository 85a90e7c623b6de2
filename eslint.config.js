import tseslint from 'typescript-eslint'

export default tseslint.config({ ignores: ['dist/**', 'runs/**', 'node_modules/**'] }, ...tseslint.configs.strict, {
  rules: {
    eqeqeq: 'error',
    '@typescript-eslint/no-explicit-any': 'error',
    // Index access is checked by noUncheckedIndexedAccess; where an index is known to be good, `!` says so.
    '@typescript-eslint/no-non-null-assertion': 'off',
    '@typescript-eslint/no-dynamic-delete': 'off',
    '@typescript-eslint/no-invalid-void-type': 'off',
    '@typescript-eslint/no-empty-function': 'off',
    '@typescript-eslint/no-unsafe-function-type': 'off',
    '@typescript-eslint/unified-signatures': 'off',
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  },
})
