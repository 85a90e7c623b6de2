/** `ringside/agents`: the agents, and `loadAgent`, which needs a run folder's environment and engine too. */
export * from '../../agents/index.ts'
export { loadAgent, type LoadAgentOptions, type LoadedAgent } from '../run/load-agent.ts'
