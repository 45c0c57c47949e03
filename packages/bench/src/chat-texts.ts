/** Share of chat messages with digits: 0.16 in ABCD's retail dialogues, 0.19 in MultiDoGO's airline ones. */
export const digitsShareDefault = 0.15

/**
 * Texts such as people write to a shop or an airline, 12 to 200 characters. Some have digits in them (orders,
 * flights, times, amounts): those are what the card guard has to look at. None needs escaping in JSON or XML.
 */
export function chatTexts(random: () => number, count: number, digitsShare: number): string[] {
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!
  const digits = (length: number): string => Array.from({ length }, () => Math.floor(random() * 10)).join('')
  return Array.from({ length: count }, () => {
    const sentences = [pick(openings)]
    if (random() < digitsShare)
      sentences.push(
        pick([
          `My order is ${digits(6)}.`,
          `The booking reference is K${digits(2)}QX${digits(1)}.`,
          `It should have left at 1${digits(1)}:4${digits(1)}.`,
          `I was charged ${digits(2)}.90 twice.`,
          `The parcel has number 1Z${digits(9)}.`,
        ]),
      )
    while (sentences.length < 3 && random() < 0.45) sentences.push(pick(middles))
    return sentences.join(' ')
  })
}

const openings = [
  'Hello, I have a question about my last order.',
  'Thanks, that helps a lot.',
  'Could you look into this for me, please?',
  'I am sorry to hear that, let me check.',
  'One moment, I am opening your booking.',
  'The parcel has not arrived yet.',
  'Can I change the name on the ticket?',
  'Where do I find the invoice?',
  'Yes, exactly.',
  'No, that is not what I meant.',
  'I would like to return the blue jacket.',
  'Is there still a seat at the window?',
  'Good morning, how can I help you today?',
  'That should be done by tomorrow evening.',
] as const

const middles = [
  'It says delivered but nobody here has seen it.',
  'I have tried the link in the mail twice.',
  'The size is wrong, I need one larger.',
  'We are travelling with a small child.',
  'You will get a confirmation by mail in a few minutes.',
  'Please tell me if anything else is unclear.',
  'I can offer you a refund or an exchange, whichever you prefer.',
  'The shop in the city centre could not help me.',
  'It is not urgent, I just want to know.',
] as const
