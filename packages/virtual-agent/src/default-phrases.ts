import type { Phrases } from './definition.ts'
import { flowPhrases } from './flows/flow-phrases.ts'

/**
 * What a new virtual agent says before its authors have put it in their own words, and what one of an older format
 * says where that had no words yet. In all four languages.
 */
export const defaultPhrases: Phrases = {
  greeting: {
    en: 'Hello! I am the virtual agent. Ask me something, or let me call a person.',
    es: '¡Hola! Soy el agente virtual. Pregúnteme algo o le paso con una persona.',
    de: 'Hallo! Ich bin der virtuelle Assistent. Fragen Sie mich etwas, oder ich hole einen Menschen.',
    ar: 'مرحبًا! أنا الموظف الافتراضي. اسألني، أو دعني أحوّلك إلى موظف.',
  },
  notUnderstood: {
    en: 'Sorry, I did not understand that. Could you say it in other words?',
    es: 'Perdone, no lo he entendido. ¿Puede decirlo con otras palabras?',
    de: 'Entschuldigung, das habe ich nicht verstanden. Können Sie es anders sagen?',
    ar: 'عذرًا، لم أفهم ذلك. هل يمكنك قوله بكلمات أخرى؟',
  },
  whichOne: {
    en: 'Which of these do you mean?',
    es: '¿A cuál de estas cosas se refiere?',
    de: 'Was davon meinen Sie?',
    ar: 'أيّ من هذه تقصد؟',
  },
  handOver: {
    en: 'One moment, I am calling a person. They can read what we have written.',
    es: 'Un momento, aviso a una persona. Podrá leer lo que hemos escrito.',
    de: 'Einen Moment, ich hole einen Menschen dazu. Unser Gespräch ist dort zu lesen.',
    ar: 'لحظة من فضلك، سأستدعي أحد الموظفين. يمكنه قراءة ما كتبناه.',
  },
  nobodyHere: {
    en: 'Nobody is here right now. Leave your e-mail address and somebody will write to you.',
    es: 'Ahora no hay nadie. Déjenos su correo electrónico y alguien le escribirá.',
    de: 'Gerade ist niemand da. Hinterlassen Sie Ihre E-Mail-Adresse, dann schreibt Ihnen jemand.',
    ar: 'لا يوجد أحد الآن. اترك بريدك الإلكتروني وسيكتب لك أحدنا.',
  },
  emailLabel: {
    en: 'E-mail address',
    es: 'Correo electrónico',
    de: 'E-Mail-Adresse',
    ar: 'البريد الإلكتروني',
  },
  formThanks: {
    en: 'Thank you, I have noted that.',
    es: 'Gracias, lo he anotado.',
    de: 'Danke, das habe ich notiert.',
    ar: 'شكرًا لك، لقد دوّنت ذلك.',
  },
  personOption: {
    en: 'Talk to a person',
    es: 'Hablar con una persona',
    de: 'Mit einem Menschen sprechen',
    ar: 'التحدث مع موظف',
  },
  back: {
    en: 'The virtual agent again. Can I do anything else for you?',
    es: 'Soy de nuevo el agente virtual. ¿Puedo hacer algo más por usted?',
    de: 'Hier ist wieder der virtuelle Assistent. Kann ich sonst noch helfen?',
    ar: 'معك الموظف الافتراضي من جديد. هل أستطيع مساعدتك في شيء آخر؟',
  },
  cardRemoved: {
    en: 'I removed card details from your message. Please do not send them in the chat.',
    es: 'He quitado datos de tarjeta de su mensaje. Por favor, no los envíe por el chat.',
    de: 'Ich habe Kartendaten aus Ihrer Nachricht entfernt. Bitte schicken Sie sie nicht im Chat.',
    ar: 'حذفت بيانات بطاقة من رسالتك. من فضلك لا ترسلها في المحادثة.',
  },
  welcome: {
    en: 'You are welcome.',
    es: 'De nada.',
    de: 'Gern geschehen.',
    ar: 'على الرحب والسعة.',
  },
  ...flowPhrases,
  toolFailed: {
    en: 'I could not reach the system for this, so I cannot say whether it worked. A person will look at it.',
    es: 'No he podido conectar con el sistema y no sé si ha funcionado. Una persona lo revisará.',
    de: 'Ich habe das System nicht erreicht und weiß nicht, ob es geklappt hat. Ein Mensch sieht es sich an.',
    ar: 'لم أتمكن من الوصول إلى النظام ولا أعرف إن كان الأمر قد تم. سينظر أحد الموظفين في ذلك.',
  },
  crisis: {
    en: 'I am sorry that you are going through this. You matter, and a person should talk with you now, not a program.',
    es: 'Siento mucho que esté pasando por esto. Usted importa, y ahora debe hablarle una persona, no un programa.',
    de: 'Es tut mir leid, dass es Ihnen so geht. Sie sind wichtig, und jetzt sollte ein Mensch mit Ihnen sprechen, kein Programm.',
    ar: 'يؤسفني أنك تمرّ بهذا. أنت مهم، ويجب أن يتحدث معك الآن إنسان لا برنامج.',
  },
  emergency: {
    en: 'If somebody is in danger, please call the emergency number of your country first.',
    es: 'Si alguien está en peligro, llame primero al número de emergencias de su país.',
    de: 'Wenn jemand in Gefahr ist, rufen Sie bitte zuerst den Notruf Ihres Landes an.',
    ar: 'إذا كان أحد في خطر، فاتصل أولًا برقم الطوارئ في بلدك.',
  },
  helpedYes: {
    en: 'That helped',
    es: 'Me ha ayudado',
    de: 'Das hat geholfen',
    ar: 'هذا ساعدني',
  },
  helpedNo: {
    en: 'That did not help',
    es: 'No me ha ayudado',
    de: 'Das hat nicht geholfen',
    ar: 'هذا لم يساعدني',
  },
  helpedThanks: {
    en: 'Good to hear.',
    es: 'Me alegro.',
    de: 'Das freut mich.',
    ar: 'يسعدني ذلك.',
  },
  notHelped: {
    en: 'I am sorry. Was it one of these, or shall I call a person?',
    es: 'Lo siento. ¿Era alguna de estas cosas o aviso a una persona?',
    de: 'Das tut mir leid. War es eines davon, oder soll ich einen Menschen holen?',
    ar: 'آسف لذلك. هل تقصد واحدًا من هذه، أم أستدعي أحد الموظفين؟',
  },
}
