import type { Command } from './command.ts'
import { runCommands } from './run-commands.ts'
import { toolCommands } from './tool-commands.ts'

export const commands: readonly Command[] = [...runCommands, ...toolCommands]
