/** Imports go one way: each room may import the rooms listed, and itself. */
const rooms = {
  core: [],
  envs: ['core'],
  engine: ['core'],
  render: ['core'],
  agents: ['core', 'engine', 'envs/(spaces|types)'],
  generative: ['core', 'engine'],
  runner: ['core', 'engine', 'envs', 'agents', 'generative', 'render'],
}
const ours = '^(core|engine|envs|agents|generative|render|runner)/'

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, may]) => ({
      name: `${room} imports only ${may.join(', ') || 'itself'}`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: { path: ours, pathNot: [room, ...may].map((r) => `^${r}(/|\\.)`) },
    })),
    {
      name: 'no cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
}
