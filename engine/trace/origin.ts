import { userLine } from './user-line.ts'

/** The kernel that a node of a graph was made for, and the stack under it, whose text is only made when an error needs it. */
export class Origin {
  readonly kernel: string
  private stack: Error | undefined
  private line: string | undefined

  constructor(kernel: string) {
    this.kernel = kernel
    this.stack = new Error()
  }

  /** `BatchMatMul (my-agent.ts:12:3)`. */
  describe(): string {
    if (this.stack !== undefined) this.line = userLine(this.stack)
    this.stack = undefined
    return this.line === undefined ? this.kernel : `${this.kernel} (${this.line})`
  }

  /** Lets go of the stack, and of the line too unless it is wanted. */
  settle(wanted: boolean): void {
    if (wanted) this.describe()
    this.stack = undefined
  }
}
