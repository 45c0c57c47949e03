/** A script as lines that a person can read and compare: for display only, nothing here is ever run or changed. */

/** A line that a person wrote is rarely longer; those of a minifier are. */
const writtenLineMax = 180
/** A list that is longer than this breaks at its commas. */
const listLineMax = 100
/** A longer string is cut: one line of 500 KB cannot be read or drawn. */
export const lineMax = 400
/** Characters between two pauses. */
const charactersPerStep = 16_384

export const isMinified = (source: string): boolean => new RegExp(`[^\\n]{${writtenLineMax}}`).test(source)

/** As it stands, line by line. */
export function* writtenLines(source: string): Generator<void, string[]> {
  const lines: string[] = []
  for (const line of source.split(/\r\n|[\n\r]/)) {
    push(lines, showHidden(line), '')
    if (lines.length % 1_024 === 0) yield
  }
  return lines
}

/** One statement a line, indented by blocks. Strings, templates, comments and regular expressions stay whole. */
export function* statementLines(source: string): Generator<void, string[]> {
  const lines: string[] = []
  /** Open brackets around each open block: `for (;;)` is one line. */
  const blocks: number[] = []
  let brackets = 0
  let start = 0
  let afterBlock = false
  /** Last character that is neither space nor comment: decides whether `/` begins a regular expression. */
  let before = ''
  let pause = charactersPerStep

  const emit = (end: number): void => {
    const text = showHidden(source.slice(start, end).trim())
    start = end
    if (text !== '') push(lines, text, '  '.repeat(Math.min(blocks.length, 12)))
  }

  for (let i = 0; i < source.length; i++) {
    if (i >= pause) {
      pause = i + charactersPerStep
      yield
    }
    const c = source[i]!
    if (c === '\n' || c === '\r') {
      emit(i)
      continue
    }
    if (c === ' ' || c === '\t') continue
    if (c === '/' && (source[i + 1] === '/' || source[i + 1] === '*')) {
      i = endOfComment(source, i)
      continue
    }
    if (afterBlock && !/[(),;.\]]/.test(c)) emit(i)
    afterBlock = false
    switch (c) {
      case '"':
      case "'":
        i = endOfString(source, i)
        break
      case '`':
        i = endOfTemplate(source, i)
        break
      case '/':
        if (beginsExpression(before, source, i)) i = endOfRegularExpression(source, i)
        break
      case '(':
      case '[':
        brackets++
        break
      case ')':
      case ']':
        brackets = Math.max(0, brackets - 1)
        break
      case '{':
        emit(i + 1)
        blocks.push(brackets)
        brackets = 0
        break
      case '}':
        emit(i)
        brackets = blocks.pop() ?? 0
        afterBlock = true
        break
      case ';':
        if (brackets === 0) emit(i + 1)
        break
      case ',':
        if (i - start > listLineMax) emit(i + 1)
        break
    }
    before = source[i] ?? ''
  }
  emit(source.length)
  return lines
}

function push(lines: string[], text: string, indent: string): void {
  if (text.length <= lineMax) {
    lines.push(indent + text)
    return
  }
  for (let at = 0; at < text.length; at += lineMax) lines.push(indent + text.slice(at, at + lineMax))
}

/** Characters that draw nothing or turn the order of what follows are shown by their number. */
const hidden = /(?![\t\n\r])[\p{Cc}\p{Cf}\u2028\u2029]/gu

export const showHidden = (text: string): string =>
  text.replace(hidden, (c) => `⟨U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`)

function endOfComment(source: string, from: number): number {
  const end = source[from + 1] === '/' ? source.indexOf('\n', from) - 1 : source.indexOf('*/', from + 2) + 1
  return end < from ? source.length - 1 : end
}

function endOfString(source: string, from: number): number {
  const quote = source[from]
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === quote || source[i] === '\n') return i
  }
  return source.length - 1
}

/** `from` is the opening backtick; templates in templates are followed by their depth. */
function endOfTemplate(source: string, from: number): number {
  /** For each open template the depth of braces in its `${`; -1 in its text. */
  const open = [-1]
  for (let i = from + 1; i < source.length; i++) {
    const c = source[i]
    const depth = open.at(-1)!
    if (c === '\\') i++
    else if (depth === -1) {
      if (c === '`') {
        open.pop()
        if (open.length === 0) return i
      } else if (c === '$' && source[i + 1] === '{') {
        open[open.length - 1] = 0
        i++
      }
    } else if (c === '`') open.push(-1)
    else if (c === '{') open[open.length - 1] = depth + 1
    else if (c === '}') open[open.length - 1] = depth - 1
    else if (c === '"' || c === "'") i = endOfString(source, i)
  }
  return source.length - 1
}

/** After an operator, an opening bracket or a word like `return`, `/` cannot divide. */
function beginsExpression(before: string, source: string, at: number): boolean {
  if (before === '' || '([{},;=:?!&|+-*%<>~^'.includes(before)) return true
  return /\b(?:return|typeof|case|in|of|delete|void|throw|new)\s*$/.test(
    source.slice(Math.max(0, at - 12), at),
  )
}

function endOfRegularExpression(source: string, from: number): number {
  let inClass = false
  for (let i = from + 1; i < source.length; i++) {
    const c = source[i]
    if (c === '\\') i++
    else if (c === '[') inClass = true
    else if (c === ']') inClass = false
    else if (c === '/' && !inClass) return i
    // It was a division after all.
    else if (c === '\n') return from
  }
  return from
}
