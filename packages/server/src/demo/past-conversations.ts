/** A conversation from before the newcomer came, so that a desk looks like a day at work. */
export interface PastConversation {
  /** Tells it apart from the tenant's others. */
  name: string
  /** Null: the visitor never said who they are. */
  visitor: { name: string; email: string } | null
  page: { path: string; title: string }
  queue?: string
  /** What happened, in order. Staff are named by their handles; the first who writes takes the conversation over. */
  course: Happening[]
}

export type Happening =
  | { visitor: string }
  | { by: string; says: string }
  | { by: string; notes: string }
  | { by: string; tags: string[] }
  | { by: string; closes: true }

export const airlinePast: PastConversation[] = [
  {
    name: 'late suitcase',
    visitor: { name: 'Oliver Brandt', email: 'oliver.brandt@mail.example' },
    page: { path: '/aurora-air/', title: 'North by night, home by morning · Aurora Air' },
    queue: 'Baggage',
    course: [
      {
        visitor: 'Good morning. We landed in Keflavík an hour ago and one of our two suitcases is not here.',
      },
      {
        by: 'noor',
        says: 'Good morning Oliver, I am sorry. What is the number on your baggage receipt? It begins with AA.',
      },
      { visitor: 'AA 204418' },
      {
        by: 'noor',
        notes: 'Scanned in Portland at 15:52, missed the loading. Next flight is AA 423 tonight.',
      },
      {
        by: 'noor',
        says: 'Found it. It stayed in Portland and comes with tonight’s flight. Where may we bring it tomorrow morning?',
      },
      { visitor: 'Hotel Borg, room 412. Thank you for being so quick!' },
      { by: 'noor', says: 'It will be at the hotel before 9. Have a good night.' },
      { by: 'noor', tags: ['late bag'] },
      { by: 'noor', closes: true },
    ],
  },
  {
    name: 'card by chat',
    visitor: { name: 'Hannah Weiss', email: 'hannah.weiss@mail.example' },
    page: { path: '/aurora-air/checkout', title: 'Passenger and payment · Aurora Air' },
    course: [
      { visitor: 'The payment page is slow. Can you book seat 14A for me?' },
      { visitor: 'My card is 5555 5555 5555 4444, expires 09/28' },
      {
        by: 'mateo',
        says: 'Hello Hannah. Your number did not reach me, and that is how it should be. The payment page answers again now; I hold 14A for you meanwhile.',
      },
      { visitor: 'Oh, I see. Done, it went through. Thanks!' },
      { by: 'mateo', says: 'I see the booking. Enjoy the window.' },
      { by: 'mateo', tags: ['payment'] },
      { by: 'mateo', closes: true },
    ],
  },
  {
    name: 'group of twelve',
    visitor: { name: 'Amara Diallo', email: 'amara@northshorechoir.example' },
    page: { path: '/aurora-air/booking', title: 'Choose a flight · Aurora Air' },
    course: [
      { visitor: 'Hi! Our choir flies to Lisbon in May, twelve people. Is there a price for groups?' },
      { by: 'ada', says: 'Hello Amara, from ten people on there is. Which days have you in mind?' },
      { visitor: 'Out on 8 May, back on the 15th. Two of us bring cellos.' },
      {
        by: 'ada',
        notes: 'Cellos need a seat each, 50 % fare. Ask Ingrid whether we can give the choir a better price.',
      },
      {
        by: 'ada',
        says: 'Lovely. A cello travels on a seat beside its player, at half the fare. I am putting the offer together now.',
      },
      { visitor: 'That would be wonderful.' },
      { by: 'ada', tags: ['group'] },
    ],
  },
  {
    name: 'wrong name',
    visitor: { name: 'Jonas Ek', email: 'jonas.ek@mail.example' },
    page: { path: '/aurora-air/checkout', title: 'Passenger and payment · Aurora Air' },
    course: [
      { visitor: 'I wrote my daughter’s name with one letter missing. Is that a problem at the border?' },
      { visitor: 'It should be Matilda, I wrote Matlda. Booking QX7F2L.' },
    ],
  },
  {
    name: 'refund of a cancelled flight',
    visitor: null,
    page: { path: '/aurora-air/', title: 'North by night, home by morning · Aurora Air' },
    queue: 'Refunds',
    course: [{ visitor: 'AA 431 was cancelled on Sunday. When do I get my money back?' }],
  },
]

export const retailerPast: PastConversation[] = [
  {
    name: 'kettle on induction',
    visitor: { name: 'Walter Nguyen', email: 'walter.nguyen@mail.example' },
    page: { path: '/maple-main/', title: 'Harbor enamel kettle · Maple & Main' },
    course: [
      { visitor: 'Does the Harbor kettle work on an induction hob?' },
      {
        by: 'ruth',
        says: 'It does, Walter. Its base is magnetic steel; a medium setting keeps the enamel happy.',
      },
      { visitor: 'Great, and is the brick one in the Main Street store?' },
      {
        by: 'ruth',
        says: 'Six of them on the shelf this morning. Shall I put one aside under your name until 8 pm?',
      },
      { visitor: 'Yes please!' },
      { by: 'ruth', notes: 'One brick kettle held at Main Street until 8 pm, name Nguyen.' },
      { by: 'ruth', says: 'It is at the counter for you.' },
      { by: 'ruth', closes: true },
    ],
  },
  {
    name: 'chipped mug',
    visitor: { name: 'Elena Marsh', email: 'elena.marsh@mail.example' },
    page: { path: '/maple-main/cart', title: 'Your cart · Maple & Main' },
    queue: 'Stores',
    course: [
      { visitor: 'One of the two mugs came chipped. Order 88-20417.' },
      {
        by: 'leo',
        says: 'I am sorry about that, Elena. I can send a new one today, or you swap it in any store. Which is better for you?',
      },
      { visitor: 'Please send one, I live far out.' },
      { by: 'leo', tags: ['damaged'] },
    ],
  },
  {
    name: 'lost store card',
    visitor: { name: 'Dorothy Blake', email: 'dorothy.blake@mail.example' },
    page: { path: '/maple-main/stores', title: 'Our stores · Maple & Main' },
    queue: 'Store card',
    course: [{ visitor: 'I think I left my store card at the Mill Yard shop. Can you block it, please?' }],
  },
  {
    name: 'blanket for a wedding',
    visitor: null,
    page: { path: '/maple-main/', title: 'Harbor enamel kettle · Maple & Main' },
    course: [{ visitor: 'Can you wrap the wool blanket as a present and send it to another address?' }],
  },
]
