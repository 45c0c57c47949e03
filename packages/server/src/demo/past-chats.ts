/**
 * What visitors asked the virtual agents before the newcomer came, so that the desk has results to look at and
 * questions that nobody has written an answer for. Each is lived through at the first start: what the virtual agent
 * says is what it says.
 */
export interface PastChat {
  /** Tells it apart from the tenant's others. */
  name: string
  page: { path: string; title: string }
  /** One after another, each after the answer to the one before. */
  says: readonly string[]
}

const airlineHome = { path: '/aurora-air/', title: 'North by night, home by morning · Aurora Air' }
const retailerHome = { path: '/maple-main/', title: 'Wool blanket · Maple & Main' }

export const airlineChats: PastChat[] = [
  { name: 'bags', page: airlineHome, says: ['How much baggage can I bring?', 'That helped'] },
  { name: 'suitcase', page: airlineHome, says: ['Wie schwer darf mein Koffer sein?'] },
  { name: 'fee', page: airlineHome, says: ['What does it cost to change my flight?', 'That helped'] },
  { name: 'check-in', page: airlineHome, says: ['From when can I check in online?'] },
  { name: 'boarding pass', page: airlineHome, says: ['Where do I find my boarding pass?', 'That helped'] },
  { name: 'lookup', page: airlineHome, says: ['Show me booking AU5530', 'Okafor', 'That helped'] },
  { name: 'refund', page: airlineHome, says: ['I want a refund for my cancelled flight'] },
  { name: 'person', page: airlineHome, says: ['Can I speak to a person please?'] },
  { name: 'drone', page: airlineHome, says: ['May a drone fly with me?'] },
  {
    name: 'drone again',
    page: airlineHome,
    says: ['Is flying with a drone fine?', 'My drone has two batteries'],
  },
  { name: 'drone batteries', page: airlineHome, says: ['Do drone batteries count as dangerous goods?'] },
  {
    name: 'miles',
    page: airlineHome,
    says: ['Where do I see my frequent flyer miles?', 'My miles are missing'],
  },
  { name: 'miles earned', page: airlineHome, says: ['How many miles did I earn with you?'] },
]

export const retailerChats: PastChat[] = [
  { name: 'hours', page: retailerHome, says: ['When do you open on Sundays?', 'That helped'] },
  { name: 'order', page: retailerHome, says: ['Where is my order MM20418?', 'That helped'] },
  { name: 'late order', page: retailerHome, says: ['Track my package MM20290'] },
  { name: 'return', page: retailerHome, says: ['¿Cómo hago una devolución?'] },
  { name: 'broken', page: retailerHome, says: ['My mug arrived broken'] },
  { name: 'jobs', page: retailerHome, says: ['Are you hiring?', 'I mean a job as a designer'] },
  { name: 'engraving', page: retailerHome, says: ['Will you engrave a name on a mug?'] },
]
