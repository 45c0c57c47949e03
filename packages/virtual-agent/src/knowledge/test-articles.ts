import type { Encoder } from '../intents/intent-types.ts'
import { letterPieces } from './search-words.ts'
import type { Article, Block } from './article.ts'

/** A small airline's knowledge, for tests. */
export function testArticles(): Article[] {
  return [
    written('baggage', 'Baggage', [
      [
        'Cabin baggage',
        'One piece of up to 8 kg and 55 × 40 × 23 cm is free of charge. Liquids go into a clear bag.',
      ],
      ['Hold baggage', 'A suitcase of up to 23 kg costs 25 € if you book it before the day of departure.'],
      ['Damaged suitcases', 'Report damage at the desk within seven days. Keep the tag of the suitcase.'],
    ]),
    written('refunds', 'Refunds', [
      [
        'How to get your money back',
        'Flexible tickets are refunded within ten days to the card that you paid with.',
      ],
      ['Cancelled by us', 'When we cancel a flight you choose between a refund and another flight.'],
    ]),
    written('check-in', 'Check-in', [
      ['Online', 'Check-in opens 30 hours before departure. Your boarding pass comes by e-mail.'],
      ['At the airport', 'The desk closes 45 minutes before departure.'],
    ]),
    written('pets', 'Travelling with pets', [
      ['Dogs and cats', 'Dogs and cats up to 8 kg fly in the cabin in a soft carrier. They need a passport.'],
    ]),
    {
      ...written('gepaeck', 'Gepäck', [
        ['Handgepäck', 'Ein Stück bis 8 kg ist kostenlos. Flüssigkeiten gehören in einen klaren Beutel.'],
        ['Aufgegebenes Gepäck', 'Ein Koffer bis 23 kg kostet 25 €.'],
      ]),
      language: 'de',
    },
  ]
}

/** The same with questions, enough of them for weights and a threshold to be learnt. */
export function testArticlesWithQuestions(): Article[] {
  const asked: Record<string, string[]> = {
    baggage: crossed(['how heavy may', 'how big may', 'what does', 'can i take'], ['my suitcase be', 'a carry-on bag weigh', 'hold luggage cost', 'the cabin bag measure']),
    refunds: crossed(['when do i get', 'how do i get', 'where is', 'i want'], ['my money back', 'the refund', 'my refund for a cancelled flight', 'a repayment of the ticket']),
    'check-in': crossed(['when can i', 'how do i', 'where do i', 'until when can i'], ['check in', 'get the boarding pass', 'check in online', 'use the check-in desk']),
    pets: crossed(['can i bring', 'what does it cost to take', 'how do i book', 'may i travel with'], ['my dog', 'a cat', 'two cats', 'a pet in the cabin']),
  } // prettier-ignore
  return testArticles().map((article) => ({ ...article, questions: asked[article.id] ?? [] }))
}

/** Near in letters is near in "meaning" here: enough to run everything that an encoder takes part in. */
export function letterEncoder(dimensions = 64): Encoder {
  return {
    parts: [dimensions, dimensions / 2],
    encode: (texts) =>
      texts.map((text) => {
        const vector = new Float32Array(dimensions)
        for (const piece of letterPieces(text)) {
          let hash = 7
          for (const letter of piece) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) >>> 0
          vector[hash % dimensions]! += hash & 0x10000 ? 1 : -1
        }
        const length = Math.hypot(...vector) || 1
        const unit = vector.map((x) => x / length)
        // The second part is the first half once more, of another length.
        return Float32Array.of(...unit, ...unit.subarray(0, dimensions / 2).map((x) => 3 * x))
      }),
  }
}

function written(id: string, title: string, sections: [heading: string, text: string][]): Article {
  return {
    id,
    version: 1,
    title,
    language: 'en',
    address: `https://air.example/help/${id}`,
    source: 'written',
    body: sections.flatMap(([heading, text]): Block[] => [
      { kind: 'heading', level: 2, text: heading },
      { kind: 'paragraph', text },
    ]),
    questions: [],
    approved: true,
  }
}

function crossed(beginnings: string[], ends: string[]): string[] {
  return beginnings.flatMap((beginning) => ends.map((end) => `${beginning} ${end}`))
}
