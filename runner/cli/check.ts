import { checkEnv, make } from '../../envs/index.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { env: id, json } = args as { env: string; json: boolean }
  const env = await make(id)
  const findings = checkEnv(env)
  if (json) process.stdout.write(`${JSON.stringify({ env: String(env), findings }, null, 2)}\n`)
  else {
    process.stdout.write(`${env}\n  observations ${env.observationSpace}\n  actions      ${env.actionSpace}\n`)
    for (const { severity, message } of findings) process.stdout.write(`  ${severity}: ${message}\n`)
    if (findings.length === 0)
      process.stdout.write('  nothing to mend: seeds reproduce, steps stay inside the spaces, snapshots continue\n')
  }
  if (findings.some(({ severity }) => severity === 'error')) process.exitCode = 1
}
