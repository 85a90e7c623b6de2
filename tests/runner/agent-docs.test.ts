import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { dqnConfig } from '../../agents/dqn/config.ts'
import { ppoConfig } from '../../agents/ppo/config.ts'
import { agents } from '../../agents/registry.ts'
import { tabularConfig } from '../../agents/tabular/config.ts'
import { resolveConfig } from '../../runner/index.ts'
import { runSchema } from '../../runner/run/config.ts'
import { settingsTable } from './settings-page.ts'

const pages = ['docs', 'docs/agents'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)
const ofAgents = pages.filter((page) => page.startsWith(join('docs', 'agents')))

test('every agent has its page, and the list of agents leads to it', () => {
  const list = readFileSync('docs/agents.md', 'utf8')
  for (const name of agents.names()) {
    if (name === 'random') continue
    const page = ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa'].includes(name) ? 'tabular' : name
    expect(readFileSync(`docs/agents/${page}.md`, 'utf8')).toContain(`\`${name}\``)
    expect(list).toContain(`(agents/${page}.md)`)
  }
})

test('every link between pages leads somewhere', () => {
  /** As GitHub makes them of headings. */
  const anchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
  const broken = [...pages, 'README.md'].flatMap((page) => {
    const text = readFileSync(page, 'utf8')
    return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([link, path, section]) => {
      const target = path === '' ? page : join(dirname(page), path!)
      if (!existsSync(target)) return [`${page}: ${link}`]
      if (section === undefined || !target.endsWith('.md')) return []
      const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map((found) => anchor(found[1]!))
      return headings.includes(section) ? [] : [`${page}: ${link}`]
    })
  })
  expect(broken).toEqual([])
})

/** Lines and code spans that begin with `ringside train`, those of the reader's own files and of placeholders left out. */
const commands = ofAgents.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/(?:^ {4}|`)(ringside train [^`\n]+)/gm)]
    .map((found) => [page, found[1]!] as const)
    .filter(([, command]) => !/\b(AGENT|ENV|RUN)\b|--resume|\.\//.test(command)),
)

test('every training that the pages of agents name has valid settings', async () => {
  expect(commands.length).toBeGreaterThan(30)
  for (const [page, command] of commands) {
    const words = command.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ''))
    const [, , agent, env] = words
    const after = (name: string): string[] => words.flatMap((word, i) => (word === name ? [words[i + 1]!] : []))
    const request = { agent: agent!, env: env!, sets: after('--set') }
    await expect(
      resolveConfig(request).then(() => 'fine'),
      `${page}: ${command}`,
    ).resolves.toBe('fine')
  }
})

test('docs/agents/settings.md says what there is (vitest -u writes it)', async () => {
  const page = `# Settings

What \`--set\` takes, and what a file for \`--config\` holds, with the defaults where no preset says otherwise
(\`ringside list presets\`). Settings of an agent stand under \`agent\` in a file; \`--set learningRate=1e-3\` is short for
\`--set agent.learningRate=1e-3\`. A *schedule* is a number, \`{kind: linear, from: 1, to: 0.05, over: 25%}\` (\`after\` says when it begins),
\`{kind: exponential, from, to, timeConstant}\` or \`{kind: piecewise, points: [[0, 1], [50%, 0.1]]}\`; its times are env steps
of all lanes together, or shares of the run.

## The run

${settingsTable(runSchema)}

## The DQN family

The names of the family differ in their defaults for \`double\`, \`dueling\`, \`prioritized\`, \`nStep\`, \`noisy\`, \`distribution\`, \`munchausen\` and
\`recurrent\`: see [the list](../agents.md).

${settingsTable(dqnConfig)}

## PPO

${settingsTable(ppoConfig)}

## Tables

${settingsTable(tabularConfig)}
`
  await expect(page).toMatchFileSnapshot('../../docs/agents/settings.md')
})
