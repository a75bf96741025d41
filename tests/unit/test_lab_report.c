/* test_lab_report.c - runs as documents: what is read, what each format makes of each verdict, and
 * that nothing a peer has said gets out of its place. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "check.h"
#include "made_runs.h"
#include "report/document.h"
#include "schema.h"

#define HEADER "{\"type\":\"header\",\"format\":1,\"sut\":\"made\",\"profile\":\"rfc7672\"}\n"
#define CASE(name, verdict)                                   \
    "{\"type\":\"case\",\"case\":\"" name                     \
    "\",\"id\":\"a\",\"topic\":\"01-x\",\"policy\":\"dane\"," \
    "\"outcome\":\"deferred\",\"rules\":[],\"verdict\":\"" verdict "\"}\n"
#define FOOTER "{\"type\":\"footer\",\"cases\":1}\n"

/* --- escapes */

/* clang-format off */
static const struct {
    const char *label;
    const char *text;
    const char *line, *markup, *markdown, *tap;
} escapes[] = {
    {"plain", "mx1.d.example", "mx1.d.example", "mx1.d.example", "mx1.d.example", "mx1.d.example"},
    {"markup", "<a href=\"x\">&'", "<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;", "&lt;a href=\"x\"&gt;&amp;'", "<a href=\"x\">&'"},
    {"markdown", "a|b `c` [d](e) *f* _g_ ~h~ @i !j \\", "a|b `c` [d](e) *f* _g_ ~h~ @i !j \\", "a|b `c` [d](e) *f* _g_ ~h~ @i !j \\",
     "a\\|b \\`c\\` \\[d\\]\\(e\\) \\*f\\* \\_g\\_ \\~h\\~ \\@i \\!j \\\\", "a|b `c` [d](e) *f* _g_ ~h~ @i !j \\\\"},
    {"a directive of TAP", "x # SKIP", "x # SKIP", "x # SKIP", "x \\# SKIP", "x \\# SKIP"},
    {"lines", "a\tb\nc\r", "a b c ", "a\tb\nc\xe2\x90\x8d", "a b c ", "a b c "},
    {"escape sequence", "\x1b[31m\x7f", "\xe2\x90\x9b[31m\xe2\x90\xa1", "\xe2\x90\x9b[31m\xe2\x90\xa1", "\xe2\x90\x9b\\[31m\xe2\x90\xa1", "\xe2\x90\x9b[31m\xe2\x90\xa1"},
    {"UTF-8 of two, three and four octets", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
     "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
    {"no UTF-8", "a\xff" "b\xc3", "a\xef\xbf\xbd" "b\xef\xbf\xbd", "a\xef\xbf\xbd" "b\xef\xbf\xbd", "a\xef\xbf\xbd" "b\xef\xbf\xbd", "a\xef\xbf\xbd" "b\xef\xbf\xbd"},
    {"longer than needed", "\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"longer than needed, three octets", "\xe0\x80\xbc", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"a surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"direction turned", "\xe2\x80\xae" "exe\xe2\x80\xac", "\xef\xbf\xbd" "exe\xef\xbf\xbd", "\xef\xbf\xbd" "exe\xef\xbf\xbd", "\xef\xbf\xbd" "exe\xef\xbf\xbd", "\xef\xbf\xbd" "exe\xef\xbf\xbd"},
    {"C1", "\xc2\x9b", "\xef\xbf\xbd", "\xef\xbf\xbd", "\xef\xbf\xbd", "\xef\xbf\xbd"},
};
/* clang-format on */

static void check_escape(void (*put)(struct lab_text *t, const char *s), const char *text,
                         const char *want)
{
    struct lab_text t = {0};

    put(&t, text);
    check_str(t.text, want);
    free(t.text);
}

static void put_markup(struct lab_text *t, const char *s)
{
    lab_put_markup(t, s, strlen(s));
}

static void test_escapes(void)
{
    for (size_t i = 0; i < CHECK_COUNT(escapes); i++) {
        check_row(escapes[i].label);
        check_escape(lab_put_line, escapes[i].text, escapes[i].line);
        check_escape(put_markup, escapes[i].text, escapes[i].markup);
        check_escape(lab_put_markdown, escapes[i].text, escapes[i].markdown);
        check_escape(lab_put_tap, escapes[i].text, escapes[i].tap);
    }
}

static void test_fill(void)
{
    struct lab_text t = {0};

    LAB_MARKUP(&t, "<b id=\"{}\">{}{}</b>", "{}", NULL, "<");
    check_str(t.text, "<b id=\"{}\">&lt;</b>");
    free(t.text);
}

/* --- reading */

/* clang-format off */
static const struct {
    const char *label;
    const char *text;
    const char *want; /* behind the path in the fault; NULL: it is read */
    bool whole;
} files[] = {
    {"whole", HEADER CASE("a", "PASS") FOOTER, NULL, true},
    {"no footer", HEADER CASE("a", "PASS"), NULL, false},
    {"cut off in a line", HEADER CASE("a", "PASS") "{\"type\":\"case\",\"ca", NULL, false},
    {"cut off behind the header", HEADER, NULL, false},
    {"a control failed at the end", HEADER CASE("a", "PASS") "{\"type\":\"footer\",\"cases\":1,\"lab_broken\":true}\n", NULL, true},
    {"a case is missing", HEADER FOOTER, NULL, false},
    {"empty", "", ":1: no header", false},
    {"no JSON", HEADER "hello\n" FOOTER, ":2:5: '[' or '{' expected", false},
    {"no object", HEADER "[1]\n", ":2: no record of a run", false},
    {"another format", "{\"type\":\"header\",\"format\":2}\n", ":1: another format than 1", false},
    {"two headers", HEADER HEADER, ":2: a second header", false},
    {"a case first", CASE("a", "PASS"), ":1: a case before the header", false},
    {"a footer first", FOOTER, ":1: no record of a run", false},
    {"something behind the footer", HEADER CASE("a", "PASS") FOOTER FOOTER, ":4: something behind the footer", false},
    {"no such verdict", HEADER CASE("a", "GOOD"), ":2: no verdict", false},
    {"a name that leads elsewhere", HEADER CASE("../a", "PASS"), ":2: no case and topic", false},
    {"a name with markup", HEADER CASE("a<b>", "PASS"), ":2: no case and topic", false},
    {"twice", HEADER CASE("a", "PASS") CASE("a", "PASS"), ": case a is in it twice", false},
    {"no profile", "{\"type\":\"header\",\"format\":1,\"sut\":\"made\"}\n", ":1: no \"profile\"", false},
    {"no rules", HEADER "{\"type\":\"case\",\"case\":\"a\",\"topic\":\"t\"}\n", ":2: no rules", false},
};
/* clang-format on */

static void test_read(void)
{
    for (size_t i = 0; i < CHECK_COUNT(files); i++) {
        char dir[] = SOME_DIR;
        char *dirs[] = {dir};
        struct lab_runs runs;
        struct lab_fault fault = {0};
        int rc;

        check_row(files[i].label);
        made_text(dir, files[i].text);
        rc = lab_runs_load(dirs, 1, &runs, &fault);
        check_int(rc, files[i].want != NULL ? -1 : 0);
        if (files[i].want != NULL)
            check_has(fault.what, files[i].want);
        if (rc == 0)
            check_int(lab_ran_whole(&runs.list[0]), files[i].whole);
        lab_runs_free(&runs);
        made_remove(dir);
    }
}

/* Without cases there is nothing to sum up. */
static void test_no_cases(void)
{
    static void (*const forms[])(const struct lab_reporting *r,
                                 struct lab_text *out) = {lab_report_text, lab_report_html};
    static const char *const rows[] = {"\nall", "<tfoot>"};
    static const char *const texts[] = {HEADER "{\"type\":\"footer\",\"cases\":0}\n",
                                        HEADER CASE("a", "PASS") FOOTER};

    for (size_t i = 0; i < 2 * CHECK_COUNT(forms); i++) {
        char dir[] = SOME_DIR;
        char *dirs[] = {dir};
        struct lab_runs runs;
        struct lab_fault fault;
        struct lab_text out = {0};

        made_text(dir, texts[i / 2]);
        if (check_int(lab_runs_load(dirs, 1, &runs, &fault), 0)) {
            struct lab_rules none = {0};
            struct lab_reporting r = {.runs = &runs, .rules = &none, .style = "", .script = ""};

            lab_ways_make(&r, dir);
            forms[i % 2](&r, &out);
            lab_ways_free(&r);
            check_true((strstr(out.text, rows[i % 2]) != NULL) == (i / 2 == 1));
        }
        free(out.text);
        lab_runs_free(&runs);
        made_remove(dir);
    }
}

static void check_trouble(const char *text, const char *want)
{
    char dir[] = SOME_DIR;
    char *dirs[] = {dir};
    struct lab_runs runs;
    struct lab_fault fault;

    made_text(dir, text);
    if (check_int(lab_runs_load(dirs, 1, &runs, &fault), 0)) {
        char *got = lab_ran_trouble(&runs.list[0]);

        check_str(got, want);
        free(got);
    }
    lab_runs_free(&runs);
    made_remove(dir);
}

static void test_trouble(void)
{
    check_trouble(HEADER CASE("a", "PASS") FOOTER, NULL);
    check_trouble(HEADER CASE("a", "PASS"),
                  "did not end: 1 case is recorded, and no footer behind them");
    check_trouble(HEADER FOOTER, "is not whole: its footer counts 1 case more than are recorded");
    check_trouble(
        HEADER CASE("a", "PASS") "{\"type\":\"footer\",\"cases\":1,\"lab_broken\":true}\n",
        "is not to be trusted: the lab broke, or a control failed at its end");
    check_trouble(
        HEADER CASE("a", "ADAPTER-ERROR") "{\"type\":\"footer\",\"cases\":1,\"lab_broken\":true}\n",
        NULL);
}

/* --- formats */

#define HOSTILE "</script><img src=x onerror=\"hostile()\"> | `x` # SKIP ]]> \x1b[2J"

static const struct made_case all[] = {
    {"a-pass", "PASS", "delivered", NULL, "fine", "1", "a-lost"},
    {"a-leak", "FAIL:leak", "delivered", NULL, HOSTILE, "1", NULL},
    {"a-lost", "FAIL:lost", "bounced", "bounces; a known cause", "bounced", "1", "gone"},
    {"a-lax", "NON-STRICT", "delivered", NULL, "lax", "1", NULL},
    {"a-skip", "SKIP", "none", NULL, NULL, "1", NULL},
    {"a-lab@dane-only", "LAB-INVALID", "none", NULL, NULL, "1", NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const char timeline[] =
    "     1.000 ms  DNS     asks   x. MX\n     2.000 ms  SMTP    " HOSTILE "\n";

struct made {
    char dir[sizeof(SOME_DIR)];
    struct lab_runs runs;
    struct lab_rules rules;
    struct lab_reporting r;
};

static bool make(struct made *m, int cut)
{
    char *dirs[1];
    struct lab_fault fault;

    *m = (struct made){.dir = SOME_DIR};
    dirs[0] = m->dir;
    made_run(m->dir, "rfc7672", all, cut);
    made_file(m->dir, "a-leak/timeline.txt", timeline);
    made_file(m->dir, "a-leak/path.svg", "<svg><script>hostile()</script></svg>");
    m->r = (struct lab_reporting){.runs = &m->runs,
                                  .rules = &m->rules,
                                  .style = "b{color:red}",
                                  .script = "'use strict';",
                                  .embed = 1 << 20};
    if (!check_int(lab_rules_load("scenarios/rules.tsv", &m->rules, &fault), 0) ||
        !check_int(lab_runs_load(dirs, 1, &m->runs, &fault), 0))
        return false;
    lab_ways_make(&m->r, "/tmp");
    return true;
}

static void unmake(struct made *m)
{
    lab_ways_free(&m->r);
    lab_runs_free(&m->runs);
    lab_rules_free(&m->rules);
    made_remove(m->dir);
}

/* clang-format off */
static const struct {
    const char *label;
    void (*write)(const struct lab_reporting *r, struct lab_text *out);
    bool cut;
    const char *want;
} contents[] = {
    {"sums", lab_report_text, false, "\n03-tlsa-lookup            2 1! 1x 1k 1-\n"},
    {"a run that did not end", lab_report_text, true, "[1] made 1.0, rfc7672: THIS RUN did not end: 6 cases"},
    {"sums", lab_report_markdown, false, "| 1 | made 1.0, rfc7672 | 2 | **1** | 1 | 1 | 1 |"},
    {"a link to the evidence", lab_report_markdown, false, "/a-leak/timeline.txt) | 1 | what it is | &lt;/script&gt;"},
    {"a cell keeps its bars", lab_report_markdown, false, " \\| \\`x\\` \\# SKIP"},
    {"known failures apart", lab_report_markdown, false, "## Known failures\n\n| verdict | case and its evidence | sender | what it is about | seen, and why it counts |\n|---|---|---|---|---|\n| FAIL:lost | a-lost | 1 |"},
    {"words", lab_report_markdown, false, "| FAIL:leak | mail or envelope reached"},
    {"a run that did not end", lab_report_markdown, true, "**Run 1 did not end"},
    {"numbers", lab_report_junit, false, "<testsuite name=\"made 1.0, rfc7672\" tests=\"6\" failures=\"1\" errors=\"1\" skipped=\"2\""},
    {"a failure", lab_report_junit, false, "name=\"a-leak\"><failure type=\"FAIL:leak\" message=\"FAIL:leak: &lt;/script&gt;&lt;img"},
    {"a lab error is no failure", lab_report_junit, false, "name=\"a-lab@dane-only\"><error type=\"LAB-INVALID\""},
    {"known", lab_report_junit, false, "name=\"a-lost\"><skipped message=\"known failure, FAIL:lost: bounces; a known cause\"/>"},
    {"skipped", lab_report_junit, false, "name=\"a-skip\"><skipped message=\"SKIP: it is so\"/>"},
    {"passed", lab_report_junit, false, "name=\"a-pass\"></testcase>"},
    {"short of best practice", lab_report_junit, false, "name=\"a-lax\"><system-out>NON-STRICT: it is so</system-out></testcase>"},
    {"a run that did not end is an error", lab_report_junit, true, "tests=\"7\" failures=\"1\" errors=\"2\" skipped=\"2\""},
    {"a run that did not end is an error", lab_report_junit, true, "<error type=\"TRUNCATED\""},
    {"plan", lab_report_tap, false, "TAP version 13\n1..6\n"},
    {"a failure", lab_report_tap, false, "\nnot ok 3 - made 1.0, rfc7672: a-leak\n  ---\n  verdict: \"FAIL:leak\"\n  severity: \"fail\"\n"},
    {"a lab error", lab_report_tap, false, "\nnot ok 1 - made 1.0, rfc7672: a-lab@dane-only\n  ---\n  verdict: \"LAB-INVALID\"\n  severity: \"error\"\n"},
    {"known", lab_report_tap, false, "\nnot ok 4 - made 1.0, rfc7672: a-lost # TO" "DO FAIL:lost: bounces; a known cause\n"},
    {"skipped", lab_report_tap, false, "\nok 6 - made 1.0, rfc7672: a-skip # SKIP SKIP: it is so\n"},
    {"passed", lab_report_tap, false, "\nok 5 - made 1.0, rfc7672: a-pass\n"},
    {"a run that did not end", lab_report_tap, true, "\nBail out!  made 1.0, rfc7672 did not end"},
    {"policy of the content", lab_report_html, false, "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'sha256-ypIZpeWh67Lh3q46jpjGW7VCAJpmEqcFe8Dl5B2rXQU='"},
    {"a cell", lab_report_html, false, "<td class=\"leak\"><a href=\"#r1-a-leak\">leak</a></td>"},
    {"a known one", lab_report_html, false, "<td class=\"lost kn\"><a href=\"#r1-a-lost\">lost<i>, known</i></a></td>"},
    {"its case", lab_report_html, false, "<article id=\"c-a-leak\">"},
    {"the wire", lab_report_html, false, "<span class=\"d\">     1.000 ms  DNS     asks   x. MX\n</span><span class=\"m\">     2.000 ms  SMTP    &lt;/script&gt;&lt;img src=x"},
    {"the drawing, as an image", lab_report_html, false, "src=\"data:image/svg+xml;base64,PHN2Zz48c2NyaXB0Pmhvc3RpbGUoKTwvc2NyaXB0Pjwvc3ZnPg==\""},
    {"a twin that is there", lab_report_html, false, "<dt>twin</dt><dd><a href=\"#c-a-lost\">a-lost</a></dd>"},
    {"a twin that is not", lab_report_html, false, "<dt>twin</dt><dd>gone</dd>"},
    {"again", lab_report_html, false, "<code>danelab run a-lab@dane-only --sut made</code>"},
    {"a rule with its worst", lab_report_html, false, "<tr id=\"rule-S16\">"},
    {"a run that did not end", lab_report_html, true, "<strong class=\"alarm\">This run did not end"},
};
/* clang-format on */

static void test_contents(void)
{
    for (size_t i = 0; i < CHECK_COUNT(contents); i++) {
        struct made m;
        struct lab_text out = {0};

        check_row(contents[i].label);
        if (make(&m, contents[i].cut)) {
            contents[i].write(&m.r, &out);
            check_has(out.text, contents[i].want);
        }
        free(out.text);
        unmake(&m);
    }
}

/* Where an entry stands in the matrix, among the rules and among their sections it looks alike: a
 * row of the expect file that no longer holds is seen in each. */
static void test_stale(void)
{
    static const char cell[] =
        "<td class=\"pass st\"><a href=\"#r1-a\">pass<i>, stale</i></a></td>";
    struct made m = {.dir = SOME_DIR};
    char *dirs[] = {m.dir};
    struct lab_text out = {0};
    struct lab_fault fault;
    unsigned cells = 0;

    made_text(m.dir, HEADER "{\"type\":\"case\",\"case\":\"a\",\"id\":\"a\",\"topic\":\"01-x\","
                            "\"policy\":\"dane\",\"outcome\":\"delivered\",\"rules\":[\"S16\"],"
                            "\"verdict\":\"PASS\",\"known\":\"a cause\",\"stale\":true}\n" FOOTER);
    if (check_int(lab_rules_load("scenarios/rules.tsv", &m.rules, &fault), 0) &&
        check_int(lab_runs_load(dirs, 1, &m.runs, &fault), 0)) {
        m.r = (struct lab_reporting){
            .runs = &m.runs, .rules = &m.rules, .style = "", .script = "", .embed = 0};
        lab_ways_make(&m.r, "/tmp");
        lab_report_html(&m.r, &out);
        for (const char *at = out.text; (at = strstr(at, cell)) != NULL; at++)
            cells++;
        check_uint(cells, 3);
    }
    free(out.text);
    unmake(&m);
}

/* Nothing that came from a peer is markup, wherever it stands. */
static void test_hostile(void)
{
    static void (*const formats[])(const struct lab_reporting *r, struct lab_text *out) = {
        lab_report_html, lab_report_junit, lab_report_markdown};
    static const char *const never[] = {"<img src=x", "</script><img", "\x1b", "<script>hostile"};

    for (size_t i = 0; i < CHECK_COUNT(formats); i++) {
        struct made m;
        struct lab_text out = {0};

        if (make(&m, 0)) {
            formats[i](&m.r, &out);
            for (size_t k = 0; k < CHECK_COUNT(never); k++) {
                check_rowf("format %zu, %s", i, never[k]);
                check_true(strstr(out.text, never[k]) == NULL);
            }
            check_true(strstr(out.text, "onerror=") != NULL);
        }
        free(out.text);
        unmake(&m);
    }
}

static void test_json(void)
{
    struct schema schema = schema_load("lab/report.schema.json");
    struct made m;
    struct lab_text out = {0};

    if (make(&m, 1)) {
        json_t *root;

        lab_report_json(&m.r, &out);
        root = json_loads(out.text, 0, NULL);
        check_valid(&schema, root);
        check_uint(json_array_size(json_object_get(root, "cases")), 6);
        check_true(json_array_size(json_object_get(root, "rules")) > 100);
        json_decref(root);
    }
    free(out.text);
    unmake(&m);
    schema_free(&schema);
}

/* What is left of the room goes to no lesser failure. */
static void test_room(void)
{
    struct made m;
    struct lab_text out = {0};

    if (make(&m, 0)) {
        m.r.embed = 10;
        lab_report_html(&m.r, &out);
        check_true(strstr(out.text, "<pre") == NULL);
        check_true(strstr(out.text, "/a-leak/timeline.txt\">timeline</a>") != NULL);
        check_true(strstr(out.text, "of 2 failures it only has links") != NULL);
    }
    free(out.text);
    unmake(&m);
}

static const struct check_test tests[] = {
    {"escapes", test_escapes},
    {"fill", test_fill},
    {"records that are read", test_read},
    {"no cases", test_no_cases},
    {"what is wrong with a run", test_trouble},
    {"what is in it", test_contents},
    {"stale", test_stale},
    {"hostile", test_hostile},
    {"JSON", test_json},
    {"room for evidence", test_room},
};
SUITE(lab_report, tests);
