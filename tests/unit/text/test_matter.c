/* Whose matter it is, when it was and whether it is real: with the lists that are shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "host/config_file.h"
#include "text/lexicon.h"

struct world {
    struct config *config;
    struct lexicon_scratch *scratch;
    struct arena *arena;
};

/* The `words` are in the sentence and in the lexicons, with a floor. */
struct example {
    const char *sentence, *words, *mood;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    struct config_findings findings;
    world->config = config_open(SOURCE_DIR "/conf/ombud.yaml", &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_error("%.*s\n", STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    assert_non_null(world->config);
    world->scratch = lexicon_scratch_new(world->config->lexicon);
    world->arena = arena_new(16384);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    lexicon_scratch_free(world->scratch);
    arena_free(world->arena);
    config_free(world->config);
    free(world);
    return 0;
}

/* The mood of what was found at these words with the highest floor. */
static const char *mood_at(struct world *world, const struct example *example)
{
    size_t count;
    struct str text = str_from(example->sentence);
    const char *at = strstr(example->sentence, example->words);
    size_t from = (size_t)(at - example->sentence), to = from + strlen(example->words);
    const struct hit *found = NULL;
    assert_non_null(at);
    struct hit *hits =
        lexicon_scan(world->config->lexicon, world->scratch, STR_NONE, text, world->arena, &count);
    for (size_t i = 0; i < count; i++)
        if (hits[i].from < to && hits[i].to > from && (!found || hits[i].floor > found->floor))
            found = &hits[i];
    return found ? hit_mood_name(found->mood) : "nothing";
}

static void check(struct world *world, const struct example *examples, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const char *mood = mood_at(world, &examples[i]);
        if (strcmp(mood, examples[i].mood) == 0)
            continue;
        print_error("'%s' is %s, not %s\n", examples[i].sentence, mood, examples[i].mood);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(state, examples) check(state, examples, sizeof(examples) / sizeof((examples)[0]))

static void others(void **state)
{
    static const struct example examples[] = {
        { "I read that a kettle of yours caught fire in Leeds.", "caught fire", "others" },
        { "Saw on the news that scooters caught fire, is mine on the list?", "caught fire",
          "others" },
        { "A friend told me her dryer caught fire.", "caught fire", "others" },
        { "My neighbour's oven caught fire, are those recalled?", "caught fire", "others" },
        { "Someone posted that his pack caught fire.", "caught fire", "others" },
        { "看到充电宝着火的新闻", "着火", "others" },
        { "网上看到有人的充电宝着火，你们的安全吗", "着火", "others" },
        { "新闻里说一辆电动车着火了", "着火", "others" },
        { "听说你们家的热水器漏电", "漏电", "others" },
        { "邻居的手机爆炸了，想问问你们的怎么样", "爆炸", "others" },
        { "朋友家的插座着火了，想了解一下", "着火", "others" },
        /* It is his own after all, or it is now. */
        { "I read that it can happen, and my kettle caught fire too.", "caught fire", "stated" },
        { "A friend told me to write to you because our dryer caught fire.", "caught fire",
          "stated" },
        { "My neighbour's flat is on fire right now!", "on fire", "stated" },
        { "My neighbour's flat caught fire, please come.", "caught fire", "stated" },
        { "My mother's oven caught fire.", "caught fire", "stated" },
        { "My colleague's charger exploded.", "exploded", "stated" },
        { "A customer of ours says that the toaster caught fire.", "caught fire", "stated" },
        { "I heard a bang and the battery exploded.", "exploded", "stated" },
        { "There is a bang in my neighbour's flat, my socket caught fire.", "caught fire",
          "stated" },
        { "My neighbour's shed caught fire!", "caught fire", "stated" },
        { "The technician reports that the boiler caught fire.", "caught fire", "stated" },
        { "Saw on Facebook an advert for it, it caught fire.", "caught fire", "stated" },
        { "网上看到广告，插座着火了", "着火", "stated" },
        { "邻居家着火了快来", "着火", "stated" },
        { "邻居的厨房着火了，正在往我家烧", "着火", "stated" },
        { "朋友说打这个电话，我家插座着火了", "着火", "stated" },
        { "我妈妈的手机爆炸了", "爆炸", "stated" },
        { "同事的充电宝着火了", "着火", "stated" },
        { "网上看到你们的客服电话，我买的插座着火了", "着火", "stated" },
        { "网上看到你们的广告。插座着火了", "着火", "stated" },
    };
    CHECK(*state, examples);
}

static void past(void **state)
{
    static const struct example examples[] = {
        { "Our old heater caught fire three years ago.", "caught fire", "past" },
        { "Last year a pack of yours caught fire, you were very kind.", "caught fire", "past" },
        { "Years ago, a kettle caught fire here.", "caught fire", "past" },
        { "When I was a child our stove caught fire.", "caught fire", "past" },
        { "去年我家热水器漏电", "漏电", "past" },
        { "三年前，我们的电视着火", "着火", "past" },
        { "小时候家里着火，所以我很小心", "着火", "past" },
        /* Not long ago, or the time is another thing's. */
        { "It caught fire last night.", "caught fire", "stated" },
        { "Not long ago it caught fire.", "caught fire", "stated" },
        { "The charger caught fire last week.", "caught fire", "stated" },
        { "昨天充电宝着火了", "着火", "stated" },
        { "上周热水器漏电", "漏电", "stated" },
        { "I bought the heater last year and it caught fire.", "caught fire", "stated" },
        { "The kettle that we bought two years ago caught fire.", "caught fire", "stated" },
        { "We moved in two years ago, the boiler caught fire.", "caught fire", "stated" },
        { "I complained last year, the socket caught fire.", "caught fire", "stated" },
        { "Your last year's model caught fire.", "caught fire", "stated" },
        { "去年买的充电宝着火了", "着火", "stated" },
        { "两年前安装的热水器漏电", "漏电", "stated" },
        { "去年报修过，插座着火了", "着火", "stated" },
        /* It goes on. */
        { "Two years ago it caught fire and now it smokes again.", "caught fire", "stated" },
        { "Last year it caught fire. My son is still in hospital.", "caught fire", "stated" },
        { "去年热水器漏电，孩子还在医院", "漏电", "stated" },
        { "和去年一样又漏电了", "漏电", "stated" },
    };
    CHECK(*state, examples);
}

static void settled(void **state)
{
    static const struct example examples[] = {
        { "The socket caught fire in March and has been fixed, thank you.", "caught fire", "past" },
        { "The oven caught fire in March. All sorted, thanks!", "caught fire", "past" },
        { "上次插座漏电的问题已经处理好了，谢谢", "漏电", "past" },
        { "插座着火的事解决了", "着火", "past" },
        { "插座着火的事。已经解决了，谢谢", "着火", "past" },
        /* It is not. */
        { "The socket caught fire and has not been fixed.", "caught fire", "stated" },
        { "After you repaired the boiler it caught fire.", "caught fire", "stated" },
        { "It caught fire although it has been repaired.", "caught fire", "stated" },
        { "It caught fire, and nobody comes unless it has been fixed.", "caught fire", "stated" },
        { "Three times your men came last year, it caught fire.", "caught fire", "stated" },
        { "漏电，系统显示已处理，实际没人来", "漏电", "stated" },
        { "They say the socket has been fixed, and it caught fire.", "caught fire", "stated" },
        { "It caught fire, has been fixed and smokes again.", "caught fire", "stated" },
        { "It caught fire. When will it be fixed?", "caught fire", "stated" },
        { "It caught fire. Has it been sorted?", "caught fire", "stated" },
        { "The shelf was fixed to the wall and caught fire.", "caught fire", "stated" },
        { "插座着火了，还没处理好", "着火", "stated" },
        { "插座着火了，处理好了吗？", "着火", "stated" },
        { "说是修好了，结果着火了", "着火", "stated" },
        { "换了新的还是漏电", "漏电", "stated" },
        { "修好了三天漏电", "漏电", "stated" },
        { "漏电，客服说已经解决了，但是没有", "漏电", "stated" },
    };
    CHECK(*state, examples);
}

static void imagined(void **state)
{
    static const struct example examples[] = {
        { "I dreamt that the heater caught fire.", "caught fire", "imagined" },
        { "Imagine if it had caught fire with the children in bed.", "caught fire", "imagined" },
        { "A car caught fire in the movie, that is all.", "caught fire", "imagined" },
        { "A car exploded in the film, and nobody laughed.", "exploded", "imagined" },
        { "梦见手机着火", "着火", "imagined" },
        { "电影里手机着火的那一段很假", "着火", "imagined" },
        { "明天演习，模拟着火", "着火", "imagined" },
        /* It is real. */
        { "You pretend that nothing caught my eye, it caught fire.", "caught fire", "stated" },
        { "演习的时候配电箱着火", "着火", "stated" },
        { "Imagine my horror when it caught fire.", "caught fire", "stated" },
        { "I dreamt of a quiet life, and now it caught fire.", "caught fire", "stated" },
        { "我们在演习，结果真的着火了", "着火", "stated" },
        { "打游戏的时候手机着火", "着火", "stated" },
        { "It caught fire in the middle of the movie.", "caught fire", "stated" },
    };
    CHECK(*state, examples);
}

static void titles(void **state)
{
    static const struct example examples[] = {
        { "《手机着火》这本书有缺页", "着火", "term" },
        { "The film \"It Caught Fire\" skips at the end.", "Caught Fire", "term" },
        { "Your “House Caught Fire” poster came bent.", "Caught Fire", "term" },
        { "歌曲“着火”放不出来", "着火", "term" },
        /* Somebody speaks, or it is a letter about what happened. */
        { "《关于充电宝着火的投诉》已经寄出", "着火", "stated" },
        { "In the game he wrote \"it caught fire\".", "caught fire", "stated" },
        { "请按《电器着火事故条例》处理", "着火", "stated" },
        { "She shouted \"it caught fire\" and ran.", "caught fire", "stated" },
        { "The \"expert\" came, it caught fire, and the \"expert\" left.", "caught fire",
          "stated" },
        { "师傅说“着火了”就跑了", "着火", "stated" },
    };
    CHECK(*state, examples);
}

/* What only might be: a word in front, or in a gap of the phrase. */
static void feared(void **state)
{
    static const struct example examples[] = {
        { "The cables get warm and the battery could have ignited.", "battery could have ignited",
          "question" },
        { "I am scared that the charger may explode.", "charger may explode", "question" },
        { "What should I do if my child ever swallows a bead?", "child ever swallows a bead",
          "question" },
        { "Fix the steps before someone was hurt by them.", "someone was hurt", "question" },
        { "I could see flames coming out of the socket.", "flames coming", "stated" },
        { "Smoke could be seen coming out of the heater.", "Smoke could be seen coming", "stated" },
        { "Before I could stop I crashed into a wall.", "crashed into a", "stated" },
        { "The bike was not hit by a van.", "was not hit by a", "negated" },
    };
    CHECK(*state, examples);
}

/* By grammar: a condition in the present tense, a question, what may be instead. */
static void supposed(void **state)
{
    static const struct example examples[] = {
        { "If the charger had exploded, who would have paid?", "charger had exploded", "question" },
        { "Replace it before it catches fire.", "catches fire", "question" },
        { "I will not wait until the thing catches fire.", "catches fire", "question" },
        { "Take it back before the shelf falls on a child.", "shelf falls on a", "question" },
        { "Does a shed like this burst into flames?", "burst into flames", "question" },
        { "So, is the lift likely to crash to the ground?", "lift likely to crash", "question" },
        { "Have people been injured by this ladder?", "people been injured", "question" },
        { "It could stall, or catch fire in our garage.", "catch fire", "question" },
        { "刹车失灵是不是在三包范围里面", "刹车失灵", "question" },
        { "电动车自燃算不算在内", "自燃", "question" },
        { "一旦太重，房子垮了压死人怎么办", "压死人", "question" },
        { "我家插座发现得早，不然插座就短路起火了", "起火", "question" },
        { "这种台阶摔伤人的隐患很大", "摔伤", "question" },
        /* It took place, or the writer is in it. */
        { "It hissed before it caught fire.", "caught fire", "stated" },
        { "It hissed before it exploded.", "exploded", "stated" },
        { "It smoked before catching fire.", "catching fire", "stated" },
        { "If I plug it in it catches fire.", "catches fire", "stated" },
        { "Tell me if the socket is on fire, I smell it.", "is on fire", "stated" },
        { "Do you know that your scooter caught fire?", "caught fire", "stated" },
        { "Does nobody care that the oven caught fire?", "caught fire", "stated" },
        { "Do I have to kill myself before you answer?", "kill myself", "stated" },
        { "Why did the oven burst into flames?", "burst into flames", "stated" },
        { "Is it normal? It caught fire.", "caught fire", "stated" },
        { "Did you hear me?? It is on fire?!", "is on fire", "stated" },
        { "It may be the plug, or the oven exploded.", "oven exploded", "stated" },
        { "It smoked, or rather: it caught fire.", "caught fire", "stated" },
        { "我家插座着火了是不是很危险", "着火", "stated" },
        { "我老公触电算不算工伤", "触电", "stated" },
        { "如果按你们说的没事，我爸触电怎么赔", "触电", "stated" },
        { "快来人，不然要着火了", "着火", "stated" },
        { "再不来，不然我就跳楼", "跳楼", "stated" },
        { "隐患早就说了，插座着火", "着火", "stated" },
        /* What was feared came about. */
        { "I asked whether it could catch fire and an hour later it did.", "catch fire", "stated" },
        { "The recall says it might catch fire. It did.", "catch fire", "stated" },
        { "一直担心电梯坠落，结果真的掉了", "电梯坠落", "stated" },
        { "I asked whether it could catch fire. It did not.", "catch fire", "question" },
        { "I asked whether it could catch fire. Call me. It did rain.", "catch fire", "question" },
    };
    CHECK(*state, examples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(others),   cmocka_unit_test(past),   cmocka_unit_test(settled),
        cmocka_unit_test(imagined), cmocka_unit_test(titles), cmocka_unit_test(feared),
        cmocka_unit_test(supposed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
