// How answers begin that refuse, and how sentences begin that hedge, in English, German, French and Spanish. Anchored at
// a beginning, so that an answer which quotes such a phrase is not taken for one. Texts arrive with plain apostrophes.

/** Words that may come before the refusal itself: being sorry, being a machine, a sigh. */
const SORRY = [
  String.raw`(?:i'?m|i am) (?:(?:so|very|really|truly) )?(?:sorry|afraid)(?: (?:that|to say))?`,
  String.raw`sorry|apologies|my apologies|i apologi[sz]e(?: for [^.,;!?]{0,60})?|unfortunately|regrettably`,
  String.raw`thank you for [^.,;!?]{0,80}|i (?:understand|appreciate|know) [^.,;!?]{0,120}`,
  String.raw`as an? (?:ai|artificial intelligence|(?:large )?language model)[^.,;!?]{0,60}`,
  String.raw`(?:es )?tut mir (?:(?:sehr|wirklich) )?leid|leider|entschuldigung|entschuldige|bedaure|ich bedaure`,
  String.raw`als (?:ki|künstliche intelligenz|sprachmodell)[^.,;!?]{0,60}`,
  String.raw`(?:je suis |je (?:suis )?vraiment )?(?:désolée?|navrée?)|malheureusement|hélas|je regrette|je m'excuse`,
  String.raw`en tant qu'(?:ia|intelligence artificielle)[^.,;!?]{0,60}|en tant que modèle[^.,;!?]{0,60}`,
  String.raw`lo (?:siento|lamento)(?: mucho)?|lamentablemente|desafortunadamente|por desgracia|disculpa|disculpe|perdón`,
  String.raw`como (?:ia|inteligencia artificial|modelo de lenguaje)[^.,;!?]{0,60}`,
].join('|');
const LINK = String.raw`(?:[\s,.;:!—–-]+(?:but |however,? |aber |mais |pero )?)`;

/** What English refuses to do. "I can't find a bug" and "I can't help but" are answers. */
const DEEDS = String.raw`(?:help(?! but)|assist|comply|fulfil|provide|answer|discuss|engage|participate|create|generate|write|produce|share|support|advise|do (?:that|this)|give (?:you|advice|medical|legal|financial)|offer (?:advice|medical|legal|guidance)|continue with|process (?:this|that|your))`;

const REFUSALS = [
  // English.
  String.raw`i (?:can(?:'t|not| not)|could(?:n't| not)|will not|won't|(?:am|'m) (?:not able|unable) to) (?:\w+ly )?(?:${DEEDS})`,
  String.raw`(?:i'?m|i am) (?:not able|unable|not allowed|not permitted|not programmed) to (?:\w+ly )?(?:${DEEDS})`,
  String.raw`(?:i'?m|i am) not comfortable`,
  String.raw`i (?:must|have to|need to|will have to)(?: \w+ly)? (?:decline|refuse)|i (?:decline|refuse) to`,
  String.raw`(?:this|that|it) (?:request )?(?:goes against|violates) (?:my|our|the) (?:guidelines|policy|policies|programming)`,
  String.raw`(?:this|that) is not something i can (?:help|assist|do)`,
  // German.
  String.raw`ich (?:kann|darf|werde|könnte) (?:(?!nicht)[^.!?]){0,60}\b(?:nicht(?! nur)|keine?n?) (?:(?!nicht)[^.!?]){0,40}\b(?:helfen|weiterhelfen|unterstützen|beantworten|erfüllen|erstellen|schreiben|bereitstellen|nachkommen|tun|geben|behilflich)`,
  String.raw`(?:dabei|damit|da|hierbei|das|diese anfrage|dieser anfrage|dieser bitte) (?:kann|darf|werde) ich [^.!?]{0,40}\bnicht\b`,
  String.raw`kann ich [^.!?]{0,40}\bnicht (?:helfen|weiterhelfen|beantworten|erfüllen|tun)`,
  String.raw`ich bin (?:leider )?nicht (?:in der lage|befugt|berechtigt)`,
  String.raw`ich muss (?:diese|ihre|deine|das) [^.!?]{0,40}ablehnen`,
  // French.
  String.raw`je ne (?:peux|pourrai|puis|vais)(?: malheureusement)? pas (?:(?:vous|t'|te|y|répondre à) ?)?(?:aider|assister|répondre|fournir|créer|générer|écrire|rédiger|faire|donner|satisfaire|traiter|accéder|participer|discuter)`,
  String.raw`je ne suis pas (?:en mesure|capable|autorisée?|habilitée?)`,
  String.raw`je (?:dois|suis obligée? de) (?:décliner|refuser)|je refuse de`,
  String.raw`il m'est impossible de (?:vous )?(?:aider|répondre|fournir|satisfaire)`,
  // Spanish.
  String.raw`no (?:puedo|podré|podría) (?:(?:te|le|les|lo) )?(?:ayudar|asistir|responder|proporcionar|crear|generar|escribir|cumplir|hacer|dar|ofrecer|participar|continuar)`,
  String.raw`no (?:estoy en condiciones|soy capaz|me es posible|tengo permitido|estoy autorizad[oa])`,
  String.raw`(?:debo|tengo que) (?:rechazar|negarme|declinar)|me niego a`,
].join('|');

/** A refusal at the very beginning. The text must be in lower case. */
export const REFUSAL_OPENING = new RegExp(`^(?:(?:${SORRY})${LINK}){0,3}(?:${REFUSALS})`, 'u');

const HEDGES = [
  // English.
  String.raw`(?:i'?m|i am) (?:really |quite |honestly |still )?(?:not|un)(?: (?:\w+ly|entirely|quite|100 ?%) ?)? ?(?:sure|certain|confident|aware of)`,
  String.raw`i (?:do not|don't) (?:really |actually )?(?:know|have (?:enough|sufficient|the (?:exact|full|necessary)))`,
  String.raw`i (?:could|may|might) be (?:wrong|mistaken)|i (?:might|may) (?:have|be) misread|i am guessing|i'm guessing|my (?:best )?guess`,
  String.raw`i (?:can't|cannot|can not) (?:be (?:sure|certain)|verify|confirm|tell for (?:sure|certain)|say for (?:sure|certain)|guarantee)`,
  String.raw`i (?:think|believe|guess|suppose|assume),? (?:but|though)|as far as i (?:know|can tell)|to the best of my knowledge`,
  String.raw`(?:it is|it's) (?:unclear|hard to (?:say|tell)|difficult to (?:say|tell)|not clear)|without (?:more|further) (?:information|context|details)`,
  // German.
  String.raw`ich bin (?:mir )?(?:da |dabei |hier )?(?:nicht (?:ganz |völlig |hundertprozentig )?sicher|unsicher)|ich weiß (?:es |das )?(?:leider )?nicht`,
  String.raw`ich (?:könnte|kann) mich (?:auch )?irren|ich vermute|soweit ich weiß|meines wissens|ohne (?:weitere|mehr) (?:informationen|angaben)`,
  String.raw`ich kann (?:das |es |dies )?(?:leider )?nicht (?:mit sicherheit|sicher|genau) sagen|es ist (?:unklar|schwer zu sagen)`,
  // French.
  String.raw`je ne suis pas (?:(?:tout à fait|entièrement|totalement) )?(?:sûre?|certaine?)|je ne sais pas|je peux me tromper`,
  String.raw`je suppose|à ma connaissance|autant que je sache|il est difficile de dire|ce n'est pas clair|sans (?:plus|davantage) d'informations?`,
  // Spanish.
  String.raw`no estoy (?:(?:del todo|completamente|totalmente) )?segur[oa]|no (?:lo )?sé|(?:puede que|podría|puedo) (?:me equivoque|estar equivocad[oa]|equivocarme)`,
  String.raw`supongo|hasta donde (?:yo )?sé|que yo sepa|es difícil (?:decir|saber)|no está claro|sin más información`,
].join('|');

/** A sentence that begins by saying that what follows may be wrong. The text must be in lower case. */
export const HEDGE_OPENING = new RegExp(
  String.raw`^(?:(?:${SORRY}|honestly|well|ehrlich gesagt|honnêtement|sinceramente)${LINK})?(?:${HEDGES})(?![\p{L}\p{N}])`,
  'u',
);
