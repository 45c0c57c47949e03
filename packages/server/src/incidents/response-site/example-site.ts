import type { ResponseSite } from './response-site.ts'

/** A whole site, for the demo, the bench and the tests: the airline of the tour, after the story of 2017. */
export function exampleSite(address: string): ResponseSite {
  return {
    company: 'Aurora Air',
    slug: 'aurora-air',
    address,
    languages: ['en', 'es'],
    title: {
      en: 'Card data of some customers was read on our payment page',
      es: 'Se leyeron datos de tarjetas de algunos clientes en nuestra página de pago',
    },
    summary: {
      en: 'Between 26 September and 12 October 2017 somebody altered a script of a company that serves us. On our payment page it could read what was typed into the card fields. It was stopped on 12 October. We know which visits ran it, and we are writing to everybody concerned.',
      es: 'Entre el 26 de septiembre y el 12 de octubre de 2017 alguien alteró un programa de una empresa que trabaja para nosotros. En nuestra página de pago podía leer lo que se escribía en los campos de la tarjeta. Se detuvo el 12 de octubre. Sabemos en qué visitas se ejecutó y estamos escribiendo a todas las personas afectadas.',
    },
    scope: {
      who: {
        en: '7,412 people who entered a payment card on our web site in those days, in visits whose browser ran the altered script. People who paid by phone, in the app or at a counter are not among them.',
        es: '7412 personas que introdujeron una tarjeta de pago en nuestro sitio web en esos días, en visitas cuyo navegador ejecutó el programa alterado. Quienes pagaron por teléfono, en la aplicación o en un mostrador no están entre ellas.',
      },
      from: '2017-09-26',
      to: '2017-10-12',
      involved: [
        {
          en: 'Card number, expiry date and security code',
          es: 'Número de tarjeta, fecha de caducidad y código de seguridad',
        },
        { en: 'Name and billing address', es: 'Nombre y dirección de facturación' },
      ],
      notInvolved: [
        { en: 'Passports and government ids', es: 'Pasaportes y documentos de identidad' },
        { en: 'Miles accounts and passwords', es: 'Cuentas de millas y contraseñas' },
        { en: 'Bookings and travel plans', es: 'Reservas y planes de viaje' },
      ],
    },
    steps: [
      {
        title: { en: 'Look through your card statement', es: 'Revise el extracto de su tarjeta' },
        text: {
          en: 'Look for payments since 26 September 2017 that you do not know, small ones too. Tell your bank about each at once.',
          es: 'Busque pagos desde el 26 de septiembre de 2017 que no reconozca, también pequeños. Comunique cada uno de inmediato a su banco.',
        },
      },
      {
        title: { en: 'Ask your bank for another card', es: 'Pida otra tarjeta a su banco' },
        text: {
          en: 'If we have written to you, the number of that card may be known to others. Banks replace it without charge.',
          es: 'Si le hemos escrito, es posible que otros conozcan el número de esa tarjeta. Los bancos la sustituyen sin coste.',
        },
      },
      {
        title: { en: 'Trust no message that asks for data', es: 'No se fíe de mensajes que pidan datos' },
        text: {
          en: 'Others may use this news. We ask for no card number, no password and no payment, in no message and in no call.',
          es: 'Otros pueden aprovechar esta noticia. No pedimos números de tarjeta, contraseñas ni pagos en ningún mensaje ni llamada.',
        },
      },
    ],
    zeroLiability: {
      en: 'Card networks have their members refund payments that you did not make. If your bank does not, call us: we see to it that nothing remains with you.',
      es: 'Las redes de tarjetas obligan a sus miembros a devolver los pagos que usted no hizo. Si su banco no lo hace, llámenos: nos ocupamos de que no pierda nada.',
    },
    questions: [
      {
        question: {
          en: 'I never opened the chat. Can I be affected?',
          es: 'Nunca abrí el chat. ¿Puede afectarme?',
        },
        answer: {
          en: 'Yes, if you entered a card on our payment page in those days: the altered script ran with the page. That is why we go by page views and not by chats.',
          es: 'Sí, si introdujo una tarjeta en nuestra página de pago en esos días: el programa alterado se ejecutaba con la página. Por eso nos guiamos por las visitas y no por los chats.',
        },
      },
      {
        question: {
          en: 'How do you know how many people it was?',
          es: '¿Cómo saben cuántas personas fueron?',
        },
        answer: {
          en: 'Browsers reported which script they ran, with its fingerprint. We counted the visits that ran the altered one on a page with card fields. Where a browser does not report, we count the visit as affected.',
          es: 'Los navegadores comunicaron qué programa ejecutaron, con su huella. Contamos las visitas que ejecutaron el alterado en una página con campos de tarjeta. Si un navegador no comunica nada, contamos la visita como afectada.',
        },
      },
    ],
    phones: [
      {
        number: '+1 800 555 0143',
        hours: { en: 'every day, 6 a.m. to 11 p.m. Eastern', es: 'todos los días, de 6 a 23 h (este)' },
      },
    ],
    updates: [
      {
        id: '2',
        at: '2017-10-14T15:00:00.000Z',
        title: { en: 'Letters are on their way', es: 'Las cartas están en camino' },
        text: {
          en: 'Everybody concerned gets an e-mail or a letter by 18 October.',
          es: 'Todas las personas afectadas recibirán un correo o una carta antes del 18 de octubre.',
        },
      },
      {
        id: '1',
        at: '2017-10-12T18:30:00.000Z',
        title: { en: 'The altered script is stopped', es: 'El programa alterado está detenido' },
        text: {
          en: 'The chat is off on all of our pages while we find out what it did.',
          es: 'El chat está apagado en todas nuestras páginas mientras averiguamos qué hizo.',
        },
      },
    ],
  }
}
