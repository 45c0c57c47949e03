import { wordPatterns, type WordPattern } from './word-pattern.ts'

/**
 * Words after which a person answers. `holds` are the ways to say it; what `except` finds is taken out of the text
 * first, because it says something else with the same words.
 */
export interface TriggerWords {
  holds: readonly WordPattern[]
  except: readonly WordPattern[]
}

/**
 * No negation is read here: "I don't want to kill myself" is answered by a person too. Past injuries ("I hurt
 * myself on your stairs") are under `legal`.
 */
export const crisisWords: TriggerWords = {
  holds: wordPatterns(`
    kill|killing|hang|hanging|drown|shoot|shooting|harm|harming|cutting|starving myself|himself|herself|themselves
    want|wanna|going|gonna|might|will|thinking|urge * hurt|hurting|cut myself|himself|herself
    suicide|suicidal
    end|ending|take|taking my|his|her own|life
    end it all
    ending it all
    want|wanna|wish|ready to die
    wanna die
    wish i was|were dead
    want to be dead
    better off dead
    better off without me
    no|any reason|point to|in live|living
    dont|not want|wanna to live anymore|any
    dont|not want|wanna to live $
    dont|not want|wanna to be alive
    dont|not wanna live $
    dont|not wanna live anymore
    cant go on living
    not worth living
    self harm|harming
    selfharm
    overdose|overdosing on|myself|pills
    took|take|taken|swallowed all|too * pills
    jump|jumping off|from a|the bridge|roof|building|balcony
    suicidio|suicida|suicidarme|suicidarse
    me|se suicido|suicida|suicidar
    matarme|matarse
    me|se voy|va|quiero|quiere a|matar|suicidar * matar|suicidar|morir $
    quitarme|quitarse la vida
    acabar|terminar con mi vida
    quiero|quisiera|deseo morir|morirme
    me quiero|quisiera morir|matar
    no quiero|quisiera vivir más
    ya no quiero|quisiera vivir $
    no quiero|quisiera seguir viviendo
    quiero|voy|ganas * hacerme|cortarme daño|las|venas
    autolesionarme|autolesiono|autolesiones
    mejor muerto|muerta
    no * razón|sentido * vivir
    mich|sich|selbst umbringen|umzubringen|töten
    bring|bringe mich um
    selbstmord-
    suizid-
    mir|sich das leben nehmen|zu
    mein|meinem leben * beenden|ende
    nicht mehr leben
    will|möchte|wollte sterben
    will|möchte|wollte * tot sein
    mir|sich etwas|was antun|anzutun
    mich|selbst ritze|ritzen|verletzen $
    tot wäre|besser besser|wäre
    kein|keinen sinn mehr zu leben
    انتحر
    الانتحار|انتحار|سانتحر|انتحاري
    اقتل|ساقتل|قتل نفسي
    انهي|انهاء|سانهي حياتي
    اريد|ابي|ابغي|بدي|عايز|عاوز|اتمني ان اموت
    اريد|ابي|ابغي|بدي|عايز|عاوز|اتمني اموت|الموت|موت
    لا اريد ان اعيش
    لا اريد العيش
    اؤذي|ايذاء|أذية نفسي
    لا معنى|جدوى|فائدة لحياتي|من * حياتي
  `),
  except: wordPatterns(`
    suicide squad|doors|hotline|prevention
    kill myself laughing
    harm herself|himself|themselves on
  `),
}

export const emergencyWords: TriggerWords = {
  holds: wordPatterns(`
    an|medical|real|urgent emergency $
    this|it|its is|an emergency $
    emergency $
    need|call|send|calling an|the|for ambulance|paramedics
    call|calling|need 911|999|112|police
    gas leak
    smell|smells|smelling * gas
    house|home|kitchen|flat|room|office|device|battery|charger|phone|laptop|car|engine|oven|machine * fire|flames|burning|exploded|smoking
    theres|is a|an fire|explosion
    cant|cannot|not|isnt|stopped breathe|breathing
    heart attack
    chest pain|pains
    is|fell|hes|shes unconscious
    wont|not|isnt wake up
    bleeding
    someone|somebody|man|he|she|husband|wife * attacking|following|threatening|hitting me
    in danger
    life danger
    carbon monoxide
    es una emergencia
    emergencia $
    ambulancia
    fuga|olor|huele de|a gas
    hay un|una incendio|fuego|explosión
    en llamas
    está|esta ardiendo|inconsciente|sangrando
    no puedo|puede respirar
    no respira
    infarto
    en|corre peligro
    das|es|ein|ist ist|medizinischer|ein notfall
    notfall $
    notarzt|krankenwagen|rettungswagen
    gasgeruch|gasleck
    riecht|rieche * gas
    es|haus|wohnung|küche|gerät|akku|auto brennt
    in flammen
    bekomme|kriege|bekommt keine luft
    atmet nicht
    bewusstlos
    herzinfarkt
    blutet stark
    in gefahr|lebensgefahr
    حالة|انها|هذه|حاله طارئة|طوارئ
    اسعاف|الاسعاف
    تسرب|تسريب|رائحة غاز|الغاز
    حريق|يحترق
    لا استطيع|اقدر|يستطيع التنفس|اتنفس
    لا يتنفس
    فاقد|فقد الوعي|وعيه
    نزيف|ينزف
    في خطر
    ازمة|نوبة قلبية
  `),
  except: wordPatterns(`
    in case of an|a emergency
    in an emergency
    for emergency
    in no danger
    smoking room|area|rooms
    non smoking
    blutet nicht
    caso|salida|salidas|contacto|teléfono|número de emergencia
    im notfall
  `),
}

export const legalWords: TriggerWords = {
  holds: wordPatterns(`
    my|our|a|the lawyer|lawyers|attorney|solicitor|solicitors will|is|going|already|contact|involved
    hear|hearing from * lawyer|lawyers|attorney|solicitor|solicitors
    call|calling|contact|contacting|consult|consulting|hire|hiring|getting|speak|speaking|talk|talking|involve * lawyer|lawyers|attorney|solicitor
    get * my|our|a lawyer|lawyers|attorney|solicitor
    ^ lawyer|lawyers|attorney|solicitor $
    legal action|actions|proceedings|steps
    take|taking|see * court
    i|we|ill|well|to|gonna|and|will|shall|may|might|could|can sue $
    i|we will|shall|may|might|could|can|should sue
    ill|well|to|gonna sue
    sue you|your|them|u|this
    suing you|your|them|this
    lawsuit
    class action
    small claims
    cease and desist
    subpoena
    court order
    gdpr|ccpa|dsgvo|rgpd|lopd
    data protection
    subject access
    data subject
    delete|erase|remove|wipe all|my * data
    delete|erase|remove|wipe * personal data|information|details
    right to be forgotten|erasure
    what|which|all|copy * data * you * about|on|have me
    copy of|all my|the personal|data
    privacy request|complaint|officer
    regulator|regulators|ombudsman
    financial conduct authority
    trading standards
    consumer protection|rights|affairs
    report you|your|this|them * to
    injured|injury|injuries
    got|was|were|been|am hurt
    hurt|burned|burnt|cut|scalded myself
    i|we|he|she|child|son|daughter|mother|father|husband|wife slipped|fell|tripped * your|store|shop|floor|stairs|wet|plane|aisle|lobby
    had|in|after|been|involved an|in|a * accident
    accident claim|at|in
    food poisoning
    negligent|negligence
    mi|mis|nuestro|un|una|al|con abogado|abogada|abogados
    ^ abogado|abogada $
    acción|acciones|medidas legales|judiciales
    vía judicial
    demandar|demandaré|demandarlos|demandarles|demandarlo|demandaremos
    poner|presentar|interponer|pondré|presentaré una demanda|denuncia
    denunciar|denunciaré|denunciarlos|denunciarles
    a juicio
    tribunal|tribunales
    protección de datos
    borrar|borren|eliminar|eliminen|suprimir|copia|acceso * mis datos
    derecho al|de olvido|supresión
    defensor del
    hoja|hojas de reclamaciones
    organización|oficina|asociación * consumidor|consumidores|consumo
    me|se lesioné|lesionado|lesionada|lesionó|herí|hirió
    he|ha|resultado|resulté lesionado|lesionada|herido|herida
    lesión|lesiones
    me|se hice|hizo daño
    me|se caí|cayó|resbalé|resbaló * su|vuestra|tienda|escaleras|suelo
    tuve|tuvimos|sufrí|sufrido un accidente
    intoxicación
    mein|meinem|meinen|unser|unserem|unseren|einen|einem|zum|beim anwalt|rechtsanwalt
    meine|meiner|eine|einer|zur anwältin|rechtsanwältin
    anwalt|rechtsanwalt einschalten|nehmen $
    ^ anwalt|rechtsanwalt $
    verklage|verklagen|verklagt
    klage einreichen|erheben
    vor gericht
    rechtliche|juristische schritte
    rechtsweg
    strafanzeige
    anzeige erstatten
    datenschutzbeauftragt-
    datenschutzbehörde|datenschutzanfrage|datenauskunft|datenschutz
    meine|meiner|aller personenbezogenen|daten * löschen|löschung|gelöscht|auskunft
    löschung|auskunft|kopie * meiner|meine * daten
    daten * über mich
    verbraucherzentrale|verbraucherschutz|bafin|aufsichtsbehörde|ombudsmann|schlichtungsstelle
    mich|sich|wurde|wurden|schwer|ist|bin|habe verletzt
    verletzung
    schmerzensgeld
    in|auf * laden|geschäft|treppe|filiale * gestürzt|ausgerutscht
    hatte|hatten|nach|bei|einen|einem|durch unfall
    lebensmittelvergiftung
    محامي|المحامي|محام|محاميي|لمحامي|محاميا
    المحكمة|محكمة|للمحكمة|للقضاء|القضاء
    ارفع|رفع|سارفع|سنرفع قضية|دعوى
    مقاضاة|مقاضاتكم|ساقاضيكم|اقاضيكم
    اجراءات|اجراء|اجراءات قانونية|القانونية
    حماية|خصوصية البيانات|بياناتي
    حذف|مسح|نسخة|احذفوا|امسحوا * بياناتي
    بياناتي الشخصية
    حماية المستهلك
    اصبت|اصيب|اصابة|اصيبت
    تعرضت|وقع|حصل * لحادث|حادث
    تسمم غذائي
  `),
  except: wordPatterns(`
    lawyer|lawyers|attorney|solicitor fee|fees|bill|costs|discount
    lawyers office|suit
    i am a lawyer|attorney|solicitor
    im a lawyer|attorney|solicitor
    soy abogado|abogada
    ich bin anwalt|anwältin|rechtsanwalt
    personal injury protection|cover|coverage
    mobile|cellular|roaming|my data plan|roaming|usage|allowance
    data plan|roaming|usage|allowance|package|sim
    delete|erase|remove my data from * phone|watch|laptop|tablet|device
    not * accident
    by accident
    accident insurance|cover|coverage
    nicht|nichts verletzt
  `),
}

export const paymentWords: TriggerWords = {
  holds: wordPatterns(`
    card|cards|wallet|purse * declined|decline|declines|rejected|refused|stolen|fraud|fraudulent|hacked|cloned|skimmed|compromised|overcharged|unauthorized|unauthorised
    card|cards * lost|blocked|failed|failing|fails $
    card|cards was|is|were|been|got lost|blocked|charged|used
    lost|stole|stolen|steals|blocked|missing|charged|charging|overcharged|declined|declining|hacked|cloned * card|cards|wallet
    charged|charging|charge|charges|billed|billing|debited|debit|deducted|took|taken|withdrawn|paid me|us|my|was|been|got|again|it|money|card|account|twice * twice|double
    charged|billed|debited|deducted twice|double|again
    charged|billed|debited two|2|three|3 times
    double charged|charge|charges|billed|billing|payment|debit
    duplicate|duplicated|extra|unknown|unauthorized|unauthorised|strange|suspicious|wrong|mysterious|unrecognized|unrecognised charge|charges|payment|payments|transaction|transactions|debit
    overcharged
    not|dont|didnt|never recognize|recognise|authorize|authorise|make|approve|made|authorized|authorised|approved * charge|charges|payment|payments|transaction|transactions|purchase
    charge|charges|payment|payments|transaction|transactions|purchase * not|dont|didnt|never recognize|recognise|authorize|authorise|make|approve|made|authorized|authorised|approved
    fraud|fraudulent|fraudster
    been|got|was|were scammed|phished
    chargeback|chargebacks
    charge back
    dispute|disputing|contest|contesting * charge|charges|payment|transaction|refund|bill
    refund * refused|denied|rejected|declined
    refuse|refused|refusing|denied|deny|reject|rejected|wont * refund|reimburse
    identity theft
    someone|somebody|stranger used|using|has|stole|took|hacked * card|account|money
    money|funds * stolen|missing|disappeared|gone * account
    money|funds stolen|missing|disappeared
    payment was|has|is been|declined|rejected|failed|refused * twice|again
    payment was|is|keeps|got declined|rejected|refused
    tarjeta|tarjetas * rechazada|rechazado|rechazan|rechazo|rechazaron|robada|robado|robaron|clonada|clonaron|hackeada|fraude|bloqueada
    tarjeta|tarjetas perdida
    perdí|perdido|robaron|robado|rechazan|rechazaron|clonaron * tarjeta|cartera
    cobrado|cobraron|cobro|cobrasteis|cargado|cargaron|cobró * doble|dos|veces|duplicado|duplicada
    doble|duplicado cobro|cargo|pago
    cargo|cargos|pago|cobro duplicado|duplicados|no|desconocido|desconocidos|fraudulento|indebido|sospechoso
    no reconozco|autoricé|autorizo|hice * cargo|cargos|pago|cobro|compra|transacción
    fraude|fraudulento|fraudulenta
    me estafaron
    he|han sido|hemos|estafado|estafada estafado|estafada
    contracargo
    disputar|impugnar * cargo|pago|cobro
    niegan|negaron|rechazaron|deniegan * reembolso|devolverme|devolver
    alguien * usó|usado|usa * tarjeta|cuenta
    dinero * desaparecido|desapareció
    karte|karten|kreditkarte|kreditkarten|bankkarte|debitkarte|girokarte|ec * abgelehnt|gestohlen|geklaut|verloren|gesperrt|missbraucht|gehackt
    karte|kreditkarte|konto * doppelt|zweimal * belastet|abgebucht
    doppelt|zweimal|zwei|mehrfach * abgebucht|belastet|berechnet|bezahlt|eingezogen
    doppelte|doppelter|falsche|falscher|unbekannte|unberechtigte|unautorisierte abbuchung|buchung|belastung|zahlung
    abbuchung|zahlung|belastung * nicht|nie * veranlasst|autorisiert|getätigt|kenne|erkenne|von
    kreditkartenbetrug|kartenbetrug|betrugsfall
    bin|wurde|wurden * betrogen|betrug
    rückbuchung|rückbelastung|chargeback
    erstattung|rückerstattung * abgelehnt|verweigert
    verweigern|verweigert * erstattung|rückerstattung
    zahlung wurde|wird * abgelehnt
    jemand * meine * karte|konto
    geld * verschwunden|gestohlen
    بطاقة|بطاقتي|البطاقة * مرفوضة|رفض|رفضت|سرقت|مسروقة|احتيال|محظورة|ضاعت|مرتين
    سرقت|رفضت|ضاعت|فقدت|سرقوا * بطاقتي|البطاقة|بطاقة
    خصم|خصمتم|خصموا|سحب|سحبوا|دفعت|تم * مرتين|مضاعف|مكرر
    خصم|سحب|دفع مكرر|مزدوج|مضاعف
    عملية|معاملة|عمليات احتيال|احتيالية|مشبوهة
    لم اقم|اصرح|افوض * العملية|الدفع|الدفعة|الخصم
    لا اعرف|اتعرف هذه|على * العملية|الخصم|المعاملة
    تعرضت * للاحتيال|للنصب
    رفضتم|ترفضون|رفضوا * استرداد|اعادة|ارجاع
    اعتراض على * خصم|عملية|دفعة
  `),
  except: wordPatterns(`
    boarding|embarque|identity|id|identidad|dni|sim|sd|memory|graphics|library|business|loyalty|gift|birthday|post|greeting card|cards
    tarjeta|tarjetas de embarque|identidad|regalo|memoria
    بطاقة|بطاقتي|البطاقة الصعود|صعود|هوية|الهوية|الهدايا|الذاكرة
    phone|battery|laptop|charger|watch|headphones * charged|charging|charge
    charge|charging|charged * phone|battery|laptop|headphones|car|watch
    no extra|additional charge|charges
    fraud alerts|protection|department
  `),
}

export const angerWords: TriggerWords = {
  holds: wordPatterns(`
    fuck-
    motherfuck-
    shit|shitty|bullshit|shite|shits
    asshole|assholes|arsehole|arseholes|bastard|bastards|bitch|bitches|dickhead|wanker|wankers|wtf|twat
    bloody|fucking|damn useless|joke|ridiculous|idiots|hell
    what|why the hell|heck|fuck
    screw you
    go to hell
    piss|pissed|pissing off|me
    you|this|service|company|it|site|app suck|sucks
    crap service|company|app|website|support
    load|full|piece|absolute|utter|total of|crap * crap|garbage|rubbish
    unacceptable|outrageous|ridiculous|disgusting|disgraceful|disgrace|appalling|pathetic|shameful|despicable|idiotic|moronic
    idiot|idiots|moron|morons|clowns|incompetent|incompetence|scammers|crooks|thieves
    useless
    is|are|re|youre|its|a|total|complete|what|such a|total|complete|absolute scam|ripoff|joke
    rip off
    furious|fuming|livid|enraged|outraged
    so|really|very|extremely|absolutely|bloody angry|annoyed|frustrated|upset|disappointed|mad
    worst * ever
    worst|terrible|horrible|awful|appalling|dreadful|shocking|abysmal service|company|support|airline|shop|store|bank|experience|customer
    service|support|experience is|was terrible|horrible|awful|appalling|dreadful|abysmal|disgusting
    sick|tired|fed up|of|and * of|with|tired
    had enough of
    ive|have|weve had enough $
    wasting|waste|wasted|waste of|my|our time|hours
    hate you|your|this|dealing
    liar|liars|lying to
    stop lying
    make|file|lodge|raise|submit|log|register|put|formal|official|another|my a|an|in|the * complaint
    formal|official complaint
    i|want|like|to complain
    complaint $
    complaint about|against you|your|the|an|one|how
    escalate
    escalation
    never * buy|shop|fly|order|use|bank * again
    mierda|joder|coño|gilipollas|cabrón|cabrones|cabrona|imbécil|imbéciles|hostia|puta|putos|puto|carajo|pendejo|pendejos
    idiota|idiotas|inútil|inútiles|sinvergüenza|sinvergüenzas|ladrones|estafadores|payasos|incompetentes
    inaceptable|indignante|vergonzoso|vergonzosa|intolerable|asqueroso|ridículo|lamentable
    una|qué|menuda|vaya|es estafa|vergüenza|tomadura|porquería
    furioso|furiosa|indignado|indignada|cabreado|cabreada|enfadado|enfadada|enojado|enojada
    harto|harta|hartos
    pésimo|pésima|peor servicio|atención|empresa|compañía|experiencia
    servicio|atención es|pésimo pésimo|pésima|horrible
    el|la peor * del|de|que
    poner|presentar|hacer|formular|interponer una|mi queja|reclamación
    queja formal
    quiero|quisiera quejarme|reclamar
    nunca|jamás más|volveré
    scheiß-
    beschissen-
    verdammt-
    arschloch|arschlöcher|wichser|fick-
    verarscht|verarschen|verarsche|kotzt|kotzen
    drecksladen|saftladen|sauladen|abzocke|abzocker|betrüger|betrügerladen
    idiot|idioten|idiotisch|dilettanten|unfähig-
    inakzeptabel|unverschämt-|frechheit|unzumutbar|lächerlich|skandal|skandalös|sauerei|zumutung|nutzlos|armselig
    das|einfach ist|eine|echt katastrophe
    wütend|stinksauer|stocksauer
    bin|sind|so|echt|richtig|sehr sauer
    schnauze|nase * voll
    reicht|langt * mir
    mir reicht|langt
    schlechteste|miserabler|miserabel|mieser|miese|unterirdisch-|schlechtester service|kundenservice|laden|firma|erfahrung
    schlechteste
    unmögliches|unmöglicher|unmögliche service|verhalten|laden|firma
    beschwerde|reklamation einreichen|einlegen|formelle
    formelle|offizielle|eine|meine beschwerde
    will|möchte|werde mich|jetzt * beschweren
    nie wieder
    فضيحة|مهزلة|زبالة|زفت|حقير|حقراء|لعنة|تبا|كلاب|وقاحة|قذر|قذارة
    نصب|نصابين|نصابون|حرامية|لصوص|نصابة|محتالين
    غير مقبول|مقبولة
    غاضب|غاضبة|مستاء|مستاءة
    سيء|اسوا|سيئة
    طفح الكيل
    تقديم|اقدم|قدم|ارفع|رفع شكوى
    شكوى رسمية
    اشتكي|اشكو|اشتكيكم
    اغبياء|غبي|فاشلين|فاشلة|فاشل
  `),
  except: wordPatterns(`
    is this|that|it|the * scam
    worst day
    scam email|call|text|message|calls|emails
    waste bin|collection|basket
    so|very|really|much not
    complaint status|number|reference
    status|number|reference * complaint
    طقس|الطقس|الجو سيء|سيئ
  `),
}

export const rejectionWords: TriggerWords = {
  holds: wordPatterns(`
    not|isnt|wasnt what i|im|we asked|meant|wanted|want|said|am|asking|need|was|mean
    doesnt|didnt|dont|havent|not|never|hasnt answer|answered|answering my|the|what
    that|this|it|answer|you|which doesnt|didnt|isnt|wasnt|arent|not help|helpful|helping|useful|helped|answer
    that|this|it|you does|did not answer
    that|this|thats|it|you|youre is|are|was|does|did not helpful|helping|useful|help
    you|u dont|didnt|not understand|get|listen * me|it|what
    you|youre are|not not|understanding|listening understanding|listening $
    you dont|didnt understand|listen
    you|u keep saying|repeating|asking|giving|sending
    wrong|incorrect|useless answer
    thats|that|this|its is|wrong|incorrect wrong|incorrect|nonsense $
    thats wrong|incorrect|nonsense
    already told|said|asked|answered you|that|this
    eso|esto no es lo|eso
    no es lo|eso que|lo pregunté|pregunto|pedí|quería|quiero|dije|preguntaba
    no me entiendes|entiende|entendiste|entendió|escuchas|escucha
    eso|esto no me|ayuda|sirve ayuda|sirve
    no responde|contesta|respondió|contestas|respondes * pregunta
    respuesta incorrecta|equivocada
    nicht was|wonach ich * gefragt|meinte|wollte|meine|will|wissen
    danach|das habe|hatte * nicht gefragt|gemeint
    hilft|nützt|bringt mir|uns nicht|nichts
    hilft|nützt nicht|nichts
    sie|du verstehen|verstehst|versteht * nicht
    beantwortet|beantworten * frage|nicht nicht|frage
    falsche antwort
    das ist|stimmt falsch|nicht $
    meine|meinte ich|das nicht $
    ليس|مش|مو هذا|ما ما|سالت|قصدت|اقصد|طلبت
    هذا ليس|مش|مو|لا ما|يساعد|يفيد|جوابا|جواب|صحيح
    لم|لا|ما تفهم|تفهمني|تفهمون|فهمت|تجب|تجاوب * قصدي|علي|سؤالي|ما
    لم تفهم|تجب|تفهمني
    لا تفهم|تفهمني
    لم يساعدني|يفدني|يساعد
    اجابة|جواب خاطئة|خطا|خاطئ|غير
  `),
  except: [],
}
