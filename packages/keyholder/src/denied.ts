import { denials, type DenialCode } from './frames.ts'

/** A "no". Everything else that is thrown is a fault, and ends the process. */
export class Denied extends Error {
  override readonly name = 'Denied'
  readonly code: DenialCode
  /** Entry of the denial, where there is one. */
  readonly index: number | undefined
  constructor(code: DenialCode, message: string = denials[code], index?: number) {
    super(message)
    this.code = code
    this.index = index
  }
}
