export * from './run/index.ts'
export { findPreset, presets, type Preset } from './presets/index.ts'
