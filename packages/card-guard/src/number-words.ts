/** Number words in English, Spanish, French, German and Portuguese, and the small words people put between them. */

export interface NumberWord {
  /**
   * `number`: a value of its own. `plural`: "zeros", counts with the number before it. `repeat`: "double".
   * `times`: "three times". `joins`: "and" inside a number. `filler`: may stand between digits.
   */
  readonly role: 'number' | 'plural' | 'repeat' | 'times' | 'joins' | 'filler'
  readonly value: number
  readonly text: string
}

/** The word that these small unaccented letters spell, all of them. */
export function numberWord(letters: string): NumberWord | undefined {
  return words.get(letters)
}

/** What `wordFit` answers. */
export const fitsNot = 0
export const mayBeSplit = 1
export const fitsWhole = 2

/** Are the letters from `start` to `end`, in either case, a word, or do they begin with a number? Makes no strings. */
export function wordFit(text: string, start: number, end: number): number {
  let node = 0
  let begins = fitsNot
  for (let i = start; i < end; i++) {
    const letter = (text.charCodeAt(i) | 32) - 97
    if (letter < 0 || letter > 25) return fitsNot
    node = trie[node * 26 + letter]!
    if (node === 0) return begins
    if (ends[node] === endsNumber && i + 1 < end) begins = mayBeSplit
  }
  return ends[node] ? fitsWhole : begins
}

/** Words written without a gap, "fouroneoneone", from left to right; nothing when a rest stays. */
export function splitWords(letters: string): NumberWord[] | undefined {
  const length = letters.length
  // Backwards: `step[i]` is the word at i with which the rest is split by the fewest joining words ("sete", not "s-et-e"),
  // the longest of equals. Linear, as words are short.
  const step = new Uint8Array(length + 1)
  const cost = new Uint16Array(length + 1).fill(impossible)
  cost[length] = 0
  for (let i = length - 1; i >= 0; i--) {
    let node = 0
    for (let j = i; j < length; j++) {
      node = trie[node * 26 + letters.charCodeAt(j) - 97] ?? 0
      if (node === 0) break
      const end = ends[node]!
      if (end === 0 || end > endsJoin || cost[j + 1] === impossible) continue
      const through = cost[j + 1]! + end - endsNumber
      if (through <= cost[i]!) {
        cost[i] = through
        step[i] = j + 1 - i
      }
    }
  }
  if (cost[0] === impossible) return undefined
  const split: NumberWord[] = []
  for (let i = 0; i < length; i += step[i]!) split.push(words.get(letters.slice(i, i + step[i]!))!)
  return split
}

/** Adds words to those that are read: `value: words`, small letters without accents. */
export function teach(role: NumberWord['role'], list: string): void {
  for (const line of list.split('\n')) {
    const [value, names] = line.split(':') as [string, string]
    for (const text of names.split(' ')) learn({ role, value: Number(value), text })
  }
}

/** value: words. Accents are folded away before the look-up, ß is ss. */
const numbers = `0:zero oh nought naught nil null cero nulo nul
1:one un uno una une ein eins eine um uma
2:two dos deux zwei zwo dois duas
3:three tres trois drei
4:four cuatro quatre vier quatro
5:five cinco cinq fuenf funf
6:six seis sechs meia
7:seven siete sept sieben sete
8:eight ocho huit acht oito
9:nine niner nueve neuf neun nove`

const repeats = `2:double doble doppel doppelt doppelte dupla duplo dobro twice zweimal
3:triple treble thrice dreimal dreifach triplo tripla
4:quadruple cuadruple viermal vierfach quadruplo`

const small: Readonly<Record<'times' | 'joins' | 'filler', string>> = {
  times: 'times veces vez fois mal vezes',
  joins: 'and y et und e',
  filler:
    'then dash hyphen minus space dot point period slash comma underscore next followed by again um uh er erm hmm now ' +
    'luego despues guion guio espacio punto coma barra raya menos ahora sigue vale ' +
    'puis ensuite tiret espace virgule moins suite voila ' +
    'dann danach strich bindestrich leerzeichen punkt komma schragstrich weiter jetzt ' +
    'depois traco hifen espaco ponto virgula seguido de por par agora certo',
}

const words = new Map<string, NumberWord>()
const endsNumber = 1
const endsJoin = 2
const endsOther = 3
/** Node n, letter c: the next node at n * 26 + c; 0 is the root and leads nowhere back. */
const trie: number[] = new Array<number>(26).fill(0)
/** What ends at a node: a number or its doubling, a joining word, or a word that is not written without gaps. */
const ends: number[] = [0]
const impossible = 0xffff

teach('number', numbers)
teach('repeat', repeats)
for (const role of ['times', 'joins', 'filler'] as const) {
  for (const text of small[role].split(' ')) learn({ role, value: 0, text })
}

function learn(word: NumberWord): void {
  const { text } = word
  if (words.has(text)) return
  words.set(text, word)
  let node = 0
  for (let i = 0; i < text.length; i++) {
    const at = node * 26 + text.charCodeAt(i) - 97
    if (!trie[at]) {
      trie[at] = ends.length
      ends.push(0)
      for (let c = 0; c < 26; c++) trie.push(0)
    }
    node = trie[at]!
  }
  // "then" and "zeros" would split ordinary words.
  ends[node] =
    word.role === 'joins'
      ? endsJoin
      : word.role === 'number' || word.role === 'repeat'
        ? endsNumber
        : endsOther
}
