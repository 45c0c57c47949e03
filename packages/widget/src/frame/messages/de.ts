import type { Messages } from './messages.ts'

export const messages: Messages = {
  language: 'de',
  chat: 'Chat',
  greeting: 'Hallo! Wie können wir Ihnen helfen?',
  close: 'Chat schließen',
  write: 'Nachricht schreiben',
  send: 'Senden',
  person: 'Mit einem Menschen sprechen',
  personRequest: 'Ich möchte mit einem Menschen sprechen.',
  privacy: 'Datenschutz',
  here: 'Wir sind für Sie da',
  away: 'Schreiben Sie uns. Wir antworten hier.',
  virtualAgent: 'Virtuelle Assistenz',
  waiting: 'Gleich ist ein Mensch für Sie da',
  answering: 'antwortet Ihnen',
  writing: (name) => `${name} schreibt`,
  joined: (name) => `${name} ist jetzt dabei`,
  connecting: 'Verbindung wird aufgebaut',
  offline: 'Keine Verbindung. Ihre Nachrichten bleiben hier und werden gesendet.',
  tryNow: 'Jetzt versuchen',
  tryAgain: 'Noch einmal',
  discard: 'Verwerfen',
  sending: 'Wird gesendet',
  sent: 'Gesendet',
  delivered: 'Zugestellt',
  seen: 'Gelesen',
  failed: (code) => (code === 'too_large' ? 'Zu lang. Bitte kürzen.' : 'Nicht gesendet.'),
  edited: 'bearbeitet',
  deleted: 'Diese Nachricht wurde gelöscht.',
  masked: 'Kartendaten wurden zu Ihrer Sicherheit entfernt.',
  handedOver: 'Sie werden mit einem Menschen verbunden',
  handedBack: 'Die virtuelle Assistenz antwortet wieder',
  closed: 'Dieses Gespräch ist beendet',
  reopened: 'Das Gespräch ist wieder offen',
  startAnew: 'Neues Gespräch beginnen',
  newMessages: 'Neue Nachrichten',
  earlier: 'Frühere Nachrichten zeigen',
  cardTitle: 'Das sieht nach einer Zahlungskarte aus',
  cardText:
    'Zu Ihrer Sicherheit verlassen Kartennummern nie dieses Fenster. Wir senden Ihre Nachricht ohne die Nummer.',
  pay: 'Sicher bezahlen',
  removeCard: 'Nummer entfernen',
  charactersLeft: (count) => `Noch ${count} Zeichen`,
  required: 'Bitte füllen Sie dieses Feld aus.',
  thanks: 'Danke, das ist angekommen.',
  pageRefused:
    'Zu Ihrer Sicherheit bleibt der Chat auf Seiten geschlossen, auf denen Kartendaten eingegeben werden.',
  refused: (code) =>
    code === 'protocol_unsupported'
      ? 'Es gibt eine neuere Version dieses Chats. Bitte laden Sie die Seite neu.'
      : code === 'origin_not_allowed' || code === 'not_found'
        ? 'Der Chat ist auf dieser Seite noch nicht eingerichtet. Bitte erreichen Sie uns auf anderem Weg.'
        : 'Der Chat ist gerade nicht verfügbar. Bitte versuchen Sie es in einer Minute noch einmal.',
  unread: (count) => (count === 1 ? 'Chat, 1 neue Nachricht' : `Chat, ${count} neue Nachrichten`),
}
