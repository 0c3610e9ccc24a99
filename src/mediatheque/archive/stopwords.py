"""The words of a language that say nothing about what a text is about."""

from __future__ import annotations

from functools import lru_cache

_ENGLISH = """
a about above across after again against ago all almost alone along already also although always am among an and another any
anybody anyone anything anyway are aren't around as aside at away be became because become becomes been before behind being
below beside besides between beyond both but by came can can't cannot could couldn't did didn't do does doesn't doing don't
done down during each either else enough even ever every everybody everyone everything except far few for from further get
gets getting give given go goes going gone got had hadn't has hasn't have haven't having he he'd he'll he's hence her here
hers herself him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it'd it'll it's its itself
just keep kept knew know known knows later least less let let's like likely made make makes many may maybe me mean means
might mine more most mostly much must my myself near nearly need needs neither never nevertheless no nobody none nor not
nothing now nowhere of off often on once one ones only onto or other others otherwise our ours ourselves out over own per
perhaps put quite rather really said same saw say says see seem seems seen several shall she she'd she'll she's should
shouldn't since so some somebody somehow someone something sometimes somewhere soon still such take taken than that that'll
that's the their theirs them themselves then there there's therefore these they they'd they'll they're they've thing things
think this those though thought through throughout thus till to together too took toward towards tried try under unless
until up upon us use used uses using usually very want wanted wants was wasn't way we we'd we'll we're we've well went were
weren't what what's whatever when whenever where where's wherever whether which while who who's whoever whole whom whose why
will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves
"""
_GERMAN = """
ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus außer bei beide beiden beim
bevor bin bis bist da dabei dadurch dafür dagegen daher dahin damit danach daneben dann daran darauf daraus darf darin darum
darunter darüber das dass davon davor dazu dein deine dem den denen denn der deren des deshalb dessen die dies diese diesem
diesen dieser dieses doch dort du durch dürfen ein eine einem einen einer eines einige einmal er es etwa etwas euch euer
eure für ganz gar gegen gewesen gibt ging habe haben hat hatte hatten hätte hätten her herum heraus hier hin hinaus hinter
ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jene jetzt
jemand kam kann kannst kein keine keinem keinen keiner können könnte könnten machen macht man manche manchmal mehr mein meine
meinem meinen meiner mich mir mit muss musste müssen nach nachdem nein nicht nichts nie niemand noch nun nur ob oben oder
oft ohne schon sehr sei seid sein seine seinem seinen seiner seit selbst sich sie sind so sobald solche soll sollen sollte
sondern sonst sowie über um und uns unser unsere unten unter viel viele vielleicht vom von vor während wann war waren warum
was weg weil weit weiter welche welchem welchen welcher welches wem wen wenig wenn wer werde werden werdet wessen wie wieder
will wir wird wirst wo wohin wohl wollen wollte worden wurde wurden würde würden zu zum zur zwar zwischen
"""
_FRENCH = """
à afin ai ainsi alors après as assez au aucun aucune aujourd'hui auquel aura aussi autre autres aux avait avant avec avez
avoir avons ayant beaucoup bien bon c'est car ce ceci cela celle celles celui cependant certains ces cet cette ceux chaque
chez comme comment d'un d'une dans de dehors déjà depuis des deux devant dit doit donc dont du elle elles en encore entre est
et était étaient étant été être eu eux fait faire fois font hors ici il ils j'ai je jusqu'à l'on la là laquelle le lequel
les leur leurs lors lui ma mais me même mêmes mes mieux moi moins mon ne ni non nos notre nous on ont ou où par parce pas
pendant peu peut peuvent plus plusieurs plutôt pour pourquoi pouvoir presque puis puisque qu'il qu'elle qu'on quand que quel
quelle quelles quels quelque quelques qui quoi rien sa sans se sera ses seulement si sien soit son sont sous souvent sur ta
tandis te tel telle tellement tes toi ton toujours tous tout toute toutes très trop tu un une va vers voici voilà vont vos
votre vous y
"""
_SPANISH = """
a acá ahí ahora al algo alguien algún alguna algunas algunos allí ante antes aquel aquella aquellos aquí así aún aunque bajo
bien cada casi como cómo con contra cual cuál cuales cualquier cuando cuándo cuanto de del desde después donde dónde dos
durante e el él ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos esta está están estas este esto
estos fue fueron ha había habían haber hace hacen hacer hacia han has hasta hay he hemos incluso la las le les lo los luego
más me menos mi mí mientras mis misma mismo mucha muchas mucho muchos muy nada nadie ni ningún ninguna no nos nosotros
nuestra nuestro nunca o os otra otras otro otros para pero poco por porque por qué pues puede pueden que qué quien quién
quienes se sea según ser si sí sido siempre sin sino sobre son su sus tal también tampoco tan tanto te tener tenía tiene
tienen toda todas todavía todo todos tu tú tus un una unas uno unos usted ustedes va vamos van vez y ya yo
"""
_ITALIAN = """
a ad adesso agli ai al alla alle allo allora altra altre altri altro anche ancora anzi avere aveva avevano c'è che chi ci ciò
come con contro cosa così cui da dagli dai dal dalla dalle dallo degli dei del della delle dello dentro di dopo dove dunque e
è ecco ed era erano essere fa fare fino fra già gli ha hai hanno ho i il in infatti io la là le lei li lo loro lui ma mai me
meno mentre mi mia mie miei mio molto ne negli nei nel nella nelle nello no noi non nostra nostro nulla o ogni oppure ora per
perché però più poco poi proprio può quale quali qualche quando quanto quasi quel quella quelle quelli quello questa queste
questi questo qui quindi se sei sempre senza si sì sia siamo sono sopra sotto sta stata stato stesso su sua sue sugli sui sul
sulla suo suoi tanto te ti tra troppo tu tua tuo tutta tutte tutti tutto un una uno va vi voi vostro
"""
_PORTUGUESE = """
a à agora aí ainda algo alguém algum alguma alguns ali ante antes ao aos apenas aquela aquele aqueles aquilo aqui as às assim
até através bem cada coisa com como contra contudo da daquele das de dela dele deles depois desde dessa desse desta deste do
dos e é ela elas ele eles em embora então entre era eram essa essas esse esses esta está estão estas estava este estes eu faz
fazer foi foram há isso isto já lá lhe lhes mais mas me menos mesma mesmo meu meus minha muita muito muitos na nada não nas
nem nenhum nessa nesse nesta neste no nos nós nossa nosso num numa nunca o onde os ou outra outras outro outros para pela
pelas pelo pelos perto pode podem pois por porque porém pouco qual qualquer quando quanto que quê quem são se seja sem sempre
ser será seu seus si sido sim só sobre sua suas tal também tanto tão te tem têm tenho ter teu tinha toda todas todo todos tu
tudo um uma umas uns vai vamos você vocês
"""
_DUTCH = """
aan al alle alleen als altijd ander andere anders ben bij daar daarna dan dat de deze die dit doch doen door dus een eens elk
elke en er erg ergens even ga gaan gaat gedaan geen geweest geworden had hadden heb hebben heeft heel hem het hier hij hoe
hoewel hun iemand iets ik in is ja je jij jou jouw jullie kan kon konden kunnen maar mag me meer men met mij mijn moest moet
moeten na naar nee niemand niet niets nog nooit nu of om omdat onder ons onze ook op over overal pas precies reeds samen
sinds soms steeds te tegen tijdens toch toen tot tussen uit uw van vaak vanaf veel ver verder vol voor vooral waar waarom
wanneer want waren was wat we weer weg wel welke werd werden wie wij wil worden wordt zal ze zei zeer zelf zich zij zijn zo
zoals zonder zou zouden
"""
#: Said in every recording, and of every subject.
_SPOKEN = """
yeah okay ok uh um uhm hmm mm oh gonna wanna gotta kind sort lot bit stuff guys actually basically maybe today tomorrow
yesterday thank thanks hello hi welcome please sure people person man men woman women times time day days week weeks month
months year years hour hours minute minutes second seconds metre metres meter meters kilometre kilometres mile miles degrees
percent half third quarter dozen hundred thousand million billion number part parts side back front top bottom end beginning
middle place case point line won lost call called find found tell told talk talks talking stay stays stand stands dear good
great big small old young new next last first little long start starts started stop stopped lose loses walk touch happen
happened begin begins morning evening night question questions answer word words example idea monday tuesday wednesday
thursday friday saturday sunday january february march april june july august september october november december
ähm äh halt eben eigentlich genau mal sozusagen heute gestern morgen danke hallo leute jahr jahre tag tage zeit
"""
_BY_LANGUAGE = {
    "de": _GERMAN,
    "en": _ENGLISH,
    "es": _SPANISH,
    "fr": _FRENCH,
    "it": _ITALIAN,
    "nl": _DUTCH,
    "pt": _PORTUGUESE,
}


@lru_cache(maxsize=16)
def stopwords(language: str | None) -> frozenset[str]:
    """Words in small letters by which nothing is told: the language's function words, and what is said everywhere."""
    return function_words(language) | frozenset(_SPOKEN.split())


@lru_cache(maxsize=16)
def function_words(language: str | None) -> frozenset[str]:
    """The function words of a language (ISO 639-1) in small letters; those of all lists here, where nobody has one."""
    code = (language or "")[:2].lower()
    if (written := _BY_LANGUAGE.get(code)) is not None:
        return frozenset(written.split())
    # Of the languages above, its lists hold too much that tells something: 1,298 English words, "world" among them.
    import stopwordsiso

    if code and stopwordsiso.has_lang(code):
        return frozenset(stopwordsiso.stopwords(code))
    return frozenset(" ".join(_BY_LANGUAGE.values()).split())
