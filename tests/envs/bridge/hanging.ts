/**
 * A program that steps an environment which goes wrong: `hanging.ts HOW SECONDS on|off`. Prints Python's process id, then
 * what became of the step, then SIGINT where its handler (on) was called.
 */
import { make } from '../../../envs/index.ts'

const [, , how, seconds, handler] = process.argv
if (handler === 'on') process.on('SIGINT', () => console.log('SIGINT'))
const env = await make('gymnasium:ringside_faults:Faulty-v0', { kwargs: { how, seconds: Number(seconds) } })
console.log(`pid ${String(env.reset({ seed: 1 }).info['pid'])}`)
try {
  console.log(`reward ${env.step(1).reward}`)
} catch (error) {
  console.log((error as Error).message.split('\n')[0])
}
// The event loop turns once: a handler that waits is called.
setTimeout(() => console.log('end'), 50)
