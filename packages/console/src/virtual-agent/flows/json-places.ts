/** JSON with the line on which each value stands, so that a fault of a field is a fault of a line. */

export type PlacedJson =
  { value: unknown; lineOf: ReadonlyMap<string, number> } | { fault: string; line: number }

/** A flow is at most four deep below its steps; deeper text is not one. */
const depthMax = 20

/** Paths are written as faults write them: `steps[2].next`; the whole is the empty path. Lines count from 1. */
export function readPlacedJson(text: string): PlacedJson {
  const lineOf = new Map<string, number>()
  let at = 0
  let line = 1

  const space = (): void => {
    for (; at < text.length && /[ \t\r\n]/.test(text[at]!); at++) if (text[at] === '\n') line++
  }
  const wrong = (expected: string): never => {
    const found = text[at] === undefined ? 'the end' : JSON.stringify(text.slice(at, at + 12).split('\n')[0])
    throw new JsonFault(`${expected} is expected, and here is ${found}`, line)
  }
  const literal = (pattern: RegExp): unknown => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found === undefined) return undefined
    at += found.length
    return JSON.parse(found)
  }
  const string = (): string => {
    const began = at
    const found = literal(/"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy)
    if (typeof found === 'string') return found
    at = began
    return wrong('A text in double quotes that ends on its line')
  }
  const value = (path: string, depth: number): unknown => {
    if (depth > depthMax) throw new JsonFault('This is nested too deeply', line)
    space()
    lineOf.set(path, line)
    switch (text[at]) {
      case '{': {
        const read: [string, unknown][] = []
        const names = new Set<string>()
        list('}', () => {
          space()
          if (text[at] !== '"') wrong('The name of a field in double quotes')
          const name = string()
          if (names.has(name)) throw new JsonFault(`“${name}” is there twice`, line)
          names.add(name)
          space()
          if (text[at] !== ':') wrong('A colon')
          at++
          read.push([name, value(path === '' ? name : `${path}.${name}`, depth + 1)])
        })
        return Object.fromEntries(read)
      }
      case '[': {
        const read: unknown[] = []
        list(']', () => read.push(value(`${path}[${read.length}]`, depth + 1)))
        return read
      }
      case '"':
        return string()
      default: {
        const found = literal(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y)
        return found === undefined ? wrong('A value') : found
      }
    }
  }
  const list = (end: string, item: () => void): void => {
    at++
    space()
    if (text[at] === end) {
      at++
      return
    }
    for (;;) {
      item()
      space()
      if (text[at] === end) {
        at++
        return
      }
      if (text[at] !== ',') wrong(`A comma or ${end}`)
      at++
    }
  }

  try {
    const read = value('', 0)
    space()
    if (at < text.length) wrong('The end')
    return { value: read, lineOf }
  } catch (fault) {
    if (fault instanceof JsonFault) return { fault: fault.message, line: fault.line }
    throw fault
  }
}

/** Of the field, or of the nearest thing around it that is written. */
export function lineOfField(lineOf: ReadonlyMap<string, number>, field: string): number {
  for (let path = field; ; path = path.replace(/(?:\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, '')) {
    const line = lineOf.get(path)
    if (line !== undefined) return line
    if (path === '') return 1
  }
}

class JsonFault extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}
