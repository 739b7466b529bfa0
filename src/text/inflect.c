#include "inflect.h"

#include <stdbool.h>
#include <string.h>

/* Words whose forms no rule gives, each with all of them. */
static const char *const irregular[] = {
    "be am is are was were been being",
    "have has had having",
    "do does did done doing",
    "go goes went gone going",
    "say says said saying",
    "get gets got gotten getting",
    "make makes made making",
    "take takes took taken taking",
    "come comes came coming",
    "see sees saw seen seeing",
    "know knows knew known knowing",
    "give gives gave given giving",
    "find finds found finding",
    "think thinks thought thinking",
    "tell tells told telling",
    "become becomes became becoming",
    "leave leaves left leaving",
    "feel feels felt feeling",
    "put puts putting",
    "bring brings brought bringing",
    "begin begins began begun beginning",
    "keep keeps kept keeping",
    "hold holds held holding",
    "write writes wrote written writing",
    "stand stands stood standing",
    "hear hears heard hearing",
    "let lets letting",
    "mean means meant meaning",
    "set sets setting",
    "meet meets met meeting",
    "run runs ran running",
    "pay pays paid payed paying",
    "sit sits sat sitting",
    "speak speaks spoke spoken speaking",
    "lie lies lay lain lied lying",
    "lead leads led leading",
    "read reads reading",
    "grow grows grew grown growing",
    "lose loses lost losing loosing",
    "fall falls fell fallen falling",
    "send sends sent sending",
    "build builds built building",
    "draw draws drew drawn drawing",
    "break breaks broke broken breaking",
    "spend spends spent spending",
    "cut cuts cutting",
    "rise rises rose risen rising",
    "drive drives drove driven driving",
    "buy buys bought buying",
    "wear wears wore worn wearing",
    "choose chooses chose chosen choosing",
    "blow blows blew blown blowing",
    "burst bursts bursting bursted",
    "catch catches caught catching catched",
    "burn burns burned burnt burning",
    "hit hits hitting",
    "hurt hurts hurting hurted",
    "shut shuts shutting",
    "stick sticks stuck sticking",
    "strike strikes struck stricken striking",
    "swell swells swelled swollen swelling",
    "tear tears tore torn tearing",
    "throw throws threw thrown throwing",
    "bite bites bit bitten biting",
    "bleed bleeds bled bleeding",
    "shoot shoots shot shooting",
    "shake shakes shook shaken shaking",
    "sink sinks sank sunk sinking",
    "slide slides slid sliding",
    "spin spins spun spinning",
    "spring springs sprang sprung springing",
    "steal steals stole stolen stealing",
    "sting stings stung stinging",
    "swing swings swung swinging",
    "eat eats ate eaten eating",
    "drink drinks drank drunk drinking",
    "freeze freezes froze frozen freezing",
    "fly flies flew flown flying",
    "forget forgets forgot forgotten forgetting",
    "light lights lit lighted lighting",
    "lay lays laid laying",
    "smell smells smelled smelt smelling",
    "spill spills spilled spilt spilling",
    "split splits splitting",
    "spread spreads spreading",
    "sleep sleeps slept sleeping",
    "slit slits slitting",
    "wake wakes woke woken waking",
    "bend bends bent bending",
    "feed feeds fed feeding",
    "fight fights fought fighting",
    "hang hangs hung hanged hanging",
    "hide hides hid hidden hiding",
    "swear swears swore sworn swearing",
    "wind winds wound winding",
    "bind binds bound binding",
    "grind grinds ground grinding",
    "deal deals dealt dealing",
    "sue sues sued suing",
    "die dies died dying",
    "tie ties tied tying",
    "untie unties untied untying",
    "sell sells sold selling",
    "teach teaches taught teaching",
    "seek seeks sought seeking",
    "leap leaps leapt leaped leaping",
    "melt melts melted molten melting",
    "quit quits quitting",
    "rid rids ridding",
    "ride rides rode ridden riding",
    "ring rings rang rung ringing",
    "sing sings sang sung singing",
    "swim swims swam swum swimming",
    "win wins won winning",
    "speed speeds sped speeded speeding",
    "shrink shrinks shrank shrunk shrinking",
    "flee flees fled fleeing",
    "panic panics panicked panicking",
    "mistake mistakes mistook mistaken mistaking",
    "undergo undergoes underwent undergone undergoing",
    "withdraw withdraws withdrew withdrawn withdrawing",
    "beat beats beaten beating",
    "creep creeps crept creeping",
    "stink stinks stank stunk stinking",
    "man men",
    "woman women",
    "child children childs",
    "foot feet",
    "tooth teeth",
    "person people persons",
    "mouse mice",
    "knife knives",
    "wife wives",
    "life lives",
    "leaf leaves",
    "shelf shelves",
    "half halves",
};

/* Forms under construction. */
struct forms {
    struct arena *arena;
    struct str *items;
    size_t count;
};

static void form_add(struct forms *forms, struct str form)
{
    for (size_t i = 0; i < forms->count; i++)
        if (str_equal(forms->items[i], form))
            return;
    if (forms->count < WORD_FORMS)
        forms->items[forms->count++] = form;
}

/* The word without its last `cut` letters, and an ending. */
static void ending_add(struct forms *forms, struct str word, size_t cut, const char *ending)
{
    struct str parts[] = { { word.data, word.size - cut }, str_from(ending) };
    form_add(forms, arena_join(forms->arena, parts, 2));
}

static bool listed_forms(struct forms *forms, struct str word)
{
    for (size_t i = 0; i < sizeof(irregular) / sizeof(irregular[0]); i++) {
        const char *line = irregular[i];
        if (strncmp(line, word.data, word.size) != 0 || line[word.size] != ' ')
            continue;
        for (const char *at = line; *at; at += strspn(at, " ")) {
            size_t size = strcspn(at, " ");
            form_add(forms, (struct str){ at, size });
            at += size;
        }
        return true;
    }
    return false;
}

static bool is_vowel(char c)
{
    return strchr("aeiou", c) != NULL;
}

static bool ends_in(struct str word, const char *ending)
{
    size_t size = strlen(ending);
    return word.size > size && memcmp(word.data + word.size - size, ending, size) == 0;
}

/* stop, trip, travel: one vowel between consonants at the end, which may be doubled. */
static bool may_double(struct str word)
{
    if (word.size < 3)
        return false;
    const char *end = word.data + word.size;
    return !is_vowel(end[-1]) && !strchr("wxyhc", end[-1]) && is_vowel(end[-2]) &&
           (!is_vowel(end[-3]) || (word.size > 3 && end[-3] == 'u' && end[-4] == 'q'));
}

static void verb_forms(struct forms *forms, struct str word)
{
    char last = word.data[word.size - 1];
    if (last == 'e') {
        ending_add(forms, word, 0, "d");
        ending_add(forms, word,
                   ends_in(word, "ee") || ends_in(word, "oe") || ends_in(word, "ye") ? 0 : 1,
                   "ing");
        return;
    }
    if (last == 'y' && word.size > 1 && !is_vowel(word.data[word.size - 2])) {
        ending_add(forms, word, 1, "ied");
    } else {
        ending_add(forms, word, 0, "ed");
    }
    ending_add(forms, word, 0, "ing");
    if (!may_double(word))
        return;
    char doubled[8] = { last, 'e', 'd' };
    ending_add(forms, word, 0, doubled);
    memcpy(doubled + 1, "ing", 4);
    ending_add(forms, word, 0, doubled);
}

static void noun_forms(struct forms *forms, struct str word)
{
    char last = word.data[word.size - 1];
    if (last == 'y' && word.size > 1 && !is_vowel(word.data[word.size - 2]))
        ending_add(forms, word, 1, "ies");
    else if (strchr("sxz", last) || ends_in(word, "ch") || ends_in(word, "sh"))
        ending_add(forms, word, 0, "es");
    else
        ending_add(forms, word, 0, "s");
    if (last == 'o')
        ending_add(forms, word, 0, "es");
}

size_t word_forms(struct str word, struct arena *arena, struct str forms[WORD_FORMS])
{
    struct forms found = { arena, forms, 0 };
    form_add(&found, word);
    if (word.size > 0 && !listed_forms(&found, word)) {
        noun_forms(&found, word);
        verb_forms(&found, word);
    }
    return found.count;
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The size of the word around `at`, in letters. */
static size_t word_size(struct str text, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && is_letter(text.data[from - 1]))
        from--;
    while (to < text.size && is_letter(text.data[to]))
        to++;
    return to - from;
}

enum { LONG_WORD = 6 };

struct str word_replaced(struct str text, size_t at, size_t size, struct str other,
                         struct arena *arena)
{
    size_t behind = at + size;
    struct str parts[] = { { text.data, at }, other, { text.data + behind, text.size - behind } };
    return arena_join(arena, parts, 3);
}

size_t word_misspellings(struct str text, struct arena *arena, struct str wrong[WORD_MISSPELLINGS])
{
    size_t count = 0;
    for (size_t at = 0; at + 1 < text.size && count < WORD_MISSPELLINGS; at++) {
        char c = text.data[at], next = text.data[at + 1];
        bool letters = is_letter(c) && is_letter(next);
        if (c == '\'' && at > 0 && is_letter(text.data[at - 1]) && is_letter(next)) {
            wrong[count++] = word_replaced(text, at, 1, STR(""), arena);
        } else if (letters && c == next && word_size(text, at) >= LONG_WORD) {
            wrong[count++] = word_replaced(text, at, 1, STR(""), arena);
        } else if (letters && ((c == 'i' && next == 'e') || (c == 'e' && next == 'i')) &&
                   word_size(text, at) >= LONG_WORD && at + 2 < text.size &&
                   is_letter(text.data[at + 2]) && text.data[at + 2] != 'd' &&
                   text.data[at + 2] != 's') {
            char turned[] = { next, c };
            wrong[count++] = word_replaced(text, at, 2, (struct str){ turned, 2 }, arena);
        }
    }
    return count;
}
