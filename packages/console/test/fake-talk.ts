/** What the fake server's visitors and agents say. */
export const firstNames = [
  'Amélie',
  'Noah',
  'Fatima',
  'Lukas',
  'Sofía',
  'Chen',
  'Oluwaseun',
  'Ingrid',
  'Mateo',
  'Yuki',
  'Hannah',
  'Omar',
  'Zofia',
  'Daniel',
  'Leila',
  'Arjun',
]
export const lastNames = [
  'Moreau',
  'Bergström',
  'Al-Sayed',
  'Hoffmann',
  'García',
  'Wei',
  'Adeyemi',
  'Nilsen',
  'Rossi',
  'Tanaka',
  'O’Connor',
  'Haddad',
  'Kowalska',
  'Nguyen',
  'Rahimi',
  'Patel',
]

export const pagesOfSite: [path: string, title: string][] = [
  ['/booking/seats', 'Choose your seats'],
  ['/manage', 'Manage my booking'],
  ['/baggage/delayed', 'Delayed and damaged baggage'],
  ['/flights/oslo-lisbon', 'Flights from Oslo to Lisbon'],
  ['/refunds', 'Refunds and vouchers'],
  ['/checkout', 'Checkout'],
]

export const topics = [
  {
    question: 'I need to move my flight to Lisbon to the day after. Is that possible?',
    answer: 'Yes. With a flexible fare a change is free up to two hours before departure.',
  },
  {
    question: 'My suitcase did not arrive in Oslo last night.',
    answer: 'I am sorry to hear that. Most delayed bags arrive within 24 hours.',
  },
  {
    question: 'Can I bring a folding pushchair into the cabin?',
    answer: 'A pushchair that folds to 56 × 45 × 25 cm counts as hand baggage.',
  },
  {
    question: 'The refund for my cancelled flight has not arrived.',
    answer: 'Refunds reach your account within seven working days after approval.',
  },
]

export const talk: { from: 'visitor' | 'us'; text: string }[] = [
  {
    from: 'us',
    text: 'Hello! I am the Aurelia Assistant. Ask me about bookings, baggage or refunds, or talk to a person at any time.',
  },
  { from: 'visitor', text: 'Hello' },
  { from: 'us', text: 'Let me look that up for you.' },
  { from: 'visitor', text: 'Thank you. There are two of us, both on the same booking.' },
  { from: 'visitor', text: 'My partner has a knee injury, so an aisle seat would be important.' },
  {
    from: 'us',
    text: 'I can see both of you. Rows 12 and 14 have aisle seats next to each other, with a little more room in row 14.',
  },
  { from: 'us', text: 'Shall I reserve 14C and 14D?' },
  { from: 'visitor', text: 'Yes please! Does that cost extra?' },
  {
    from: 'us',
    text: 'No, seats are included in your fare. You will receive a new confirmation by e-mail in a minute or two; the booking code stays the same.',
  },
  { from: 'visitor', text: 'Perfect.' },
  {
    from: 'visitor',
    text: 'One more thing: we would like to add a second checked bag on the way back only, because we are bringing home ceramics. They are heavy, about 21 kg with the box, and fragile.',
  },
  {
    from: 'us',
    text: 'That is possible. A second bag of up to 23 kg is €35 for one way. I have marked it as fragile, which means it is loaded last and comes out at the special counter.',
  },
  { from: 'visitor', text: 'Good, I will do that.' },
  { from: 'us', text: 'You can pay for it at aurelia.example/pay with your booking code.' },
  { from: 'visitor', text: 'Just did. It says confirmed 👍' },
  { from: 'us', text: 'I see it here too. Is there anything else?' },
]
