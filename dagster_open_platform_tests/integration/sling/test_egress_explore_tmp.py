import time
from dagster_open_platform_tests.fixtures.egress import outlet
from dagster_open_platform_tests.fixtures.postgres import make_database, postgres_server


def show(outlet, name, select):
    outlet.model(f"create or replace table {name} as {select}")
    t = time.time()
    try:
        out = outlet.run(f"marts.{name}: {{}}\n", [f"marts.{name}"])[f"marts.{name}"]
    except Exception as e:
        print(name, "RAISED", type(e), e)
        return
    print(
        name,
        round(time.time() - t, 2),
        getattr(out, "failure", None)
        and (type(out.failure).__name__, out.failure.description)
        or out.published,
    )
    if not hasattr(out, "failure"):
        with_names = outlet.published(f"select * from public.{name}")
        print("   pg:", with_names[:6])
        print("   dd:", outlet.modelled(f"select * from {name}")[:6])


def test_x(outlet):
    show(
        outlet,
        "names",
        """select 1 as "CamelCase", 2 as "with space", 3 as "order", 4 as "a-b", 5 as "ünï", 6 as "a.b", 7 as "select", 8 as "9x" """,
    )
    show(outlet, "quote", """select 1 as "a""b" """)
    show(
        outlet,
        "text_",
        "select * from (values (1,'\\N'),(2,''),(3,'NULL'),(4,null),(5,'a'||chr(13)||chr(10)||'b'),(6,chr(13)),(7,chr(10)),(8,chr(9)),(9,'\"q\"'),(10,'''s'),(11,'ünï 😀'),(12,'\\n'),(13,' x '),(14,'null'),(15,'\\'),(16,','),(17,'\"'),(18,'\"\"'),(19, chr(13)||chr(10)),(20,'true'),(21,'2020-01-01'),(22,'  '),(23, '\\.'), (24, chr(11)), (25, chr(8232)), (26, chr(65279)||'x'), (27,chr(1)), (28,chr(0xE00D-1)),(29,'-'),(30,'NaN')) t(id, v)",
    )
    d = outlet.modelled("select v from text_ order by id")
    p = outlet.published("select v from public.text_ order by id")
    for i, (a, b) in enumerate(zip(d, p)):
        if a != b:
            print("DIFF", i + 1, a, b)
    show(outlet, "nul", "select 'a'||chr(0)||'b' as v")
    show(outlet, "nums", "select 1::tinyint a, 18446744073709551615::ubigint b")
    show(
        outlet,
        "nums2",
        "select (-9223372036854775808)::bigint a, 170141183460469231731687303715884105727::hugeint b",
    )
    show(
        outlet,
        "nums3",
        "select -99999999999999999999999999999999999999::hugeint b, 0.000000001::decimal(38,9) c, 12345678901234567890123456789.123456789::decimal(38,9) d, 1.5::decimal(5,2) e, 4294967295::uinteger f",
    )
    show(
        outlet,
        "dbl",
        "select 'inf'::double a, '-inf'::double b, 0.1::double c, 1e308::double d, 5e-324::double e, -0.0::double f, 0.1::float g, 123456789.123456789::double h, 1e21::double i, 1.0::double j",
    )
    show(
        outlet,
        "dates",
        "select date '1900-01-01' a, date '9999-12-31' b, date '1582-10-04' c, date '0001-01-01' d",
    )
    show(outlet, "dates2", "select 'infinity'::date a")
    show(outlet, "dates3", "select '0044-03-15 (BC)'::date a")
    show(outlet, "dates4", "select '12000-03-15'::date a")
    show(
        outlet,
        "ts",
        "select timestamp '1900-01-01 00:00:00.000001' a, timestamp '9999-12-31 23:59:59.999999' b, timestamptz '2020-01-01 00:00:00.123456+02' c, timestamptz '9999-12-31 23:59:59.999999+00' d, timestamp '1969-12-31 23:59:59.999999' e",
    )
    show(outlet, "ts2", "select 'infinity'::timestamp a")
    show(
        outlet,
        "misc",
        "select true a, false b, null::boolean c, '{\"a\": [1, 1.50, null, \"x\\u00e9\"]}'::json d, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid e, null::varchar f, null::json g, null::uuid h, null::date i, null::timestamp j, null::double k, null::decimal(10,2) l",
    )
    show(outlet, "empty_", "select 1 as a, 'x' as b, now() c, 1.5::decimal(10,3) d, '{}'::json e where false")
    show(outlet, "nulls", "select i, null::varchar b, null::decimal(20,5) d from range(300) t(i)")
