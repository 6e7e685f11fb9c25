
-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION '% of % is refused: what is written there stays', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$;


CREATE FUNCTION public.tell_order_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_TABLE_NAME = 'orders' THEN
            PERFORM pg_notify('order_changes', NEW.id::text);
        ELSE
            PERFORM pg_notify('order_changes', NEW.order_id::text);
        END IF;
        RETURN NULL;
    END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.admin_tokens (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name character varying(100) DEFAULT ''::character varying NOT NULL,
    token_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    revoked_at timestamp with time zone
);


CREATE TABLE public.article_versions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    article_id uuid NOT NULL,
    version_num integer DEFAULT 0 NOT NULL,
    content_md text DEFAULT ''::text NOT NULL,
    qc_attempts integer DEFAULT 0 NOT NULL,
    last_qc_status character varying(30) DEFAULT NULL::character varying,
    last_qc_notes jsonb,
    backlink_review_status character varying(20) DEFAULT NULL::character varying,
    backlink_metadata jsonb,
    order_id uuid,
    job_id character varying(120) DEFAULT NULL::character varying,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    words integer DEFAULT 0 NOT NULL
);


CREATE TABLE public.articles (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    domain_id uuid NOT NULL,
    slug character varying(200) DEFAULT ''::character varying NOT NULL,
    title character varying(500) DEFAULT ''::character varying NOT NULL,
    topic character varying(500) DEFAULT ''::character varying NOT NULL,
    niche character varying(100) DEFAULT 'general'::character varying NOT NULL,
    keyword character varying(200) DEFAULT ''::character varying NOT NULL,
    status character varying(20) DEFAULT 'DRAFT'::character varying NOT NULL,
    selected_version_id uuid,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    published_at timestamp with time zone
);


CREATE TABLE public.authenticator_secret (
    id integer NOT NULL,
    user_id integer DEFAULT 0 NOT NULL,
    secret text DEFAULT ''::text NOT NULL,
    recovery_codes text[] DEFAULT '{}'::text[] NOT NULL,
    recovery_codes_used_at timestamp with time zone[] DEFAULT '{}'::timestamp with time zone[] NOT NULL,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    last_used_code text
);


CREATE SEQUENCE public.authenticator_secret_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.authenticator_secret_id_seq OWNED BY public.authenticator_secret.id;


CREATE TABLE public.domains (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    host character varying(253) DEFAULT ''::character varying NOT NULL,
    name character varying(200) DEFAULT ''::character varying NOT NULL,
    niche character varying(100) DEFAULT 'general'::character varying NOT NULL,
    language character varying(35) DEFAULT 'en'::character varying NOT NULL,
    currency character varying(3) DEFAULT 'EUR'::character varying NOT NULL,
    backlink_price bigint DEFAULT 4900 NOT NULL,
    article_price bigint DEFAULT 14900 NOT NULL,
    rel character varying(20) DEFAULT 'sponsored'::character varying NOT NULL,
    max_paid_links integer DEFAULT 3 NOT NULL,
    forbidden_niches character varying(100)[] DEFAULT '{}'::character varying[] NOT NULL,
    forbidden_words character varying(100)[] DEFAULT '{}'::character varying[] NOT NULL,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


CREATE TABLE public.held_payments (
    session_id character varying(255) DEFAULT ''::character varying NOT NULL,
    purchase_id uuid NOT NULL,
    session jsonb DEFAULT '{}'::jsonb NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    state character varying(20) DEFAULT 'HELD'::character varying NOT NULL,
    stripe_refund_id character varying(255) DEFAULT NULL::character varying,
    round integer DEFAULT 1 NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    decided_by character varying(200) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


CREATE TABLE public.jobs (
    id character varying(120) DEFAULT ''::character varying NOT NULL,
    queue character varying(40) DEFAULT ''::character varying NOT NULL,
    order_id uuid NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    state character varying(20) DEFAULT 'WAITING'::character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 3 NOT NULL,
    progress character varying(100) DEFAULT ''::character varying NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    drafts jsonb DEFAULT '[]'::jsonb NOT NULL,
    model_calls integer DEFAULT 0 NOT NULL,
    tokens_in bigint DEFAULT 0 NOT NULL,
    tokens_cached bigint DEFAULT 0 NOT NULL,
    tokens_out bigint DEFAULT 0 NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    lease_holder character varying(100) DEFAULT NULL::character varying,
    lease_until timestamp with time zone,
    run_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    sent_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone
);


CREATE TABLE public.letters (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    order_id uuid,
    purchase_id uuid,
    job_id character varying(120) DEFAULT ''::character varying NOT NULL,
    kind character varying(40) DEFAULT ''::character varying NOT NULL,
    "to" character varying(254) DEFAULT ''::character varying NOT NULL,
    subject character varying(500) DEFAULT ''::character varying NOT NULL,
    html text DEFAULT ''::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    state character varying(20) DEFAULT 'WAITING'::character varying NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    lease_until timestamp with time zone,
    run_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    sent_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT letters_have_an_owner CHECK (((order_id IS NOT NULL) OR (purchase_id IS NOT NULL) OR ((kind)::text = 'operator_alert'::text)))
);


CREATE TABLE public.migration (
    id integer NOT NULL,
    name character varying(200) DEFAULT ''::character varying NOT NULL,
    app_name character varying(200) DEFAULT ''::character varying NOT NULL,
    ran_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


CREATE SEQUENCE public.migration_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.migration_id_seq OWNED BY public.migration.id;


CREATE TABLE public.order_events (
    id bigint NOT NULL,
    order_id uuid,
    article_id uuid,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    who character varying(200) DEFAULT ''::character varying NOT NULL,
    what character varying(100) DEFAULT ''::character varying NOT NULL,
    from_status character varying(20) DEFAULT ''::character varying NOT NULL,
    to_status character varying(20) DEFAULT ''::character varying NOT NULL,
    note text DEFAULT ''::text NOT NULL
);


CREATE SEQUENCE public.order_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.order_events_id_seq OWNED BY public.order_events.id;


CREATE TABLE public.orders (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    session_id character varying(255) DEFAULT NULL::character varying,
    purchase_id uuid,
    article_id uuid NOT NULL,
    version_id uuid,
    kind character varying(20) DEFAULT 'backlink'::character varying NOT NULL,
    customer_email character varying(254) DEFAULT ''::character varying NOT NULL,
    backlink_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    payment_data jsonb DEFAULT '{}'::jsonb NOT NULL,
    price bigint DEFAULT 0 NOT NULL,
    currency character varying(3) DEFAULT ''::character varying NOT NULL,
    rel character varying(20) DEFAULT ''::character varying NOT NULL,
    status character varying(20) DEFAULT 'PROCESSING'::character varying NOT NULL,
    failure_reason character varying(30) DEFAULT NULL::character varying,
    failure_detail text DEFAULT ''::text NOT NULL,
    failed_at_step integer,
    refund_state character varying(20) DEFAULT 'NONE'::character varying NOT NULL,
    refund_due_at timestamp with time zone,
    frozen boolean DEFAULT false NOT NULL,
    access_token_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    regeneration_count integer DEFAULT 0 NOT NULL,
    model_calls integer DEFAULT 0 NOT NULL,
    model_tokens bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    completed_at timestamp with time zone,
    link_dropped_at timestamp with time zone
);


CREATE TABLE public.piccolo_user (
    id integer NOT NULL,
    username character varying(100) DEFAULT ''::character varying NOT NULL,
    password character varying(255) DEFAULT ''::character varying NOT NULL,
    email character varying(255) DEFAULT ''::character varying NOT NULL,
    active boolean DEFAULT false NOT NULL,
    admin boolean DEFAULT false NOT NULL,
    first_name character varying(255) DEFAULT ''::character varying,
    last_name character varying(255) DEFAULT ''::character varying,
    superuser boolean DEFAULT false NOT NULL,
    last_login timestamp without time zone
);


CREATE SEQUENCE public.piccolo_user_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.piccolo_user_id_seq OWNED BY public.piccolo_user.id;


CREATE TABLE public.purchases (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind character varying(20) DEFAULT 'backlink'::character varying NOT NULL,
    article_id uuid,
    base_version_id uuid,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    email character varying(254) DEFAULT ''::character varying NOT NULL,
    address_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    token_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    token_expires_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    session_id character varying(255) DEFAULT NULL::character varying,
    session_url text DEFAULT ''::text NOT NULL,
    session_started_at timestamp with time zone,
    session_expires_at timestamp with time zone,
    session_num integer DEFAULT 0 NOT NULL,
    price bigint DEFAULT 0 NOT NULL,
    currency character varying(3) DEFAULT ''::character varying NOT NULL,
    rel character varying(20) DEFAULT ''::character varying NOT NULL,
    state character varying(20) DEFAULT 'OPEN'::character varying NOT NULL,
    held_reason text DEFAULT ''::text NOT NULL,
    holds_until timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    payment_pending boolean DEFAULT false NOT NULL,
    domain_id uuid,
    asked_at timestamp with time zone,
    subject text DEFAULT ''::text NOT NULL,
    CONSTRAINT names_its_subject CHECK (((((kind)::text = 'backlink'::text) = (article_id IS NOT NULL)) AND (((kind)::text = 'article'::text) = (domain_id IS NOT NULL))))
);


CREATE TABLE public.queue_stats (
    id bigint NOT NULL,
    queue character varying(40) DEFAULT ''::character varying NOT NULL,
    at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    waiting integer DEFAULT 0 NOT NULL,
    active integer DEFAULT 0 NOT NULL,
    delayed integer DEFAULT 0 NOT NULL,
    completed integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL
);


CREATE SEQUENCE public.queue_stats_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.queue_stats_id_seq OWNED BY public.queue_stats.id;


CREATE TABLE public.refunds (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    order_id uuid NOT NULL,
    amount bigint DEFAULT 0 NOT NULL,
    currency character varying(3) DEFAULT ''::character varying NOT NULL,
    state character varying(20) DEFAULT 'INITIATED'::character varying NOT NULL,
    stripe_refund_id character varying(255) DEFAULT NULL::character varying,
    attempts integer DEFAULT 0 NOT NULL,
    error text DEFAULT ''::text NOT NULL,
    run_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    round integer DEFAULT 1 NOT NULL
);


CREATE TABLE public.sessions (
    id integer NOT NULL,
    token character varying(100) DEFAULT ''::character varying NOT NULL,
    user_id integer DEFAULT 0 NOT NULL,
    expiry_date timestamp without time zone DEFAULT (CURRENT_TIMESTAMP + '01:00:00'::interval) NOT NULL,
    max_expiry_date timestamp without time zone DEFAULT (CURRENT_TIMESTAMP + '7 days'::interval) NOT NULL
);


CREATE SEQUENCE public.sessions_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.sessions_id_seq OWNED BY public.sessions.id;


CREATE TABLE public.stripe_events (
    id character varying(255) DEFAULT ''::character varying NOT NULL,
    type character varying(100) DEFAULT ''::character varying NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    outcome text DEFAULT ''::text NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    settled_at timestamp with time zone
);


ALTER TABLE ONLY public.authenticator_secret ALTER COLUMN id SET DEFAULT nextval('public.authenticator_secret_id_seq'::regclass);


ALTER TABLE ONLY public.migration ALTER COLUMN id SET DEFAULT nextval('public.migration_id_seq'::regclass);


ALTER TABLE ONLY public.order_events ALTER COLUMN id SET DEFAULT nextval('public.order_events_id_seq'::regclass);


ALTER TABLE ONLY public.piccolo_user ALTER COLUMN id SET DEFAULT nextval('public.piccolo_user_id_seq'::regclass);


ALTER TABLE ONLY public.queue_stats ALTER COLUMN id SET DEFAULT nextval('public.queue_stats_id_seq'::regclass);


ALTER TABLE ONLY public.sessions ALTER COLUMN id SET DEFAULT nextval('public.sessions_id_seq'::regclass);




INSERT INTO public.article_versions VALUES
	('7727d265-1edc-4919-b598-95f2a519446c', '8bb1879d-4290-4dd1-823a-ee14e75d7752', 1, '---
title: Soil that feeds itself
slug: soil-that-feeds-itself
topic: Keeping garden soil alive without digging
niche: gardening
keyword: no-dig gardening
date: 2026-03-14
---

# Soil that feeds itself

A spade is the first tool most people buy for a garden, and for a bed that is already a bed it is often the last one they need. Soil has an order of its own: leaves on top, worms and threads of fungi below, and the older, quieter ground underneath that holds the water.

Turning all of that upside down every spring does what it looks like. It buries the living layer where it cannot breathe, brings up seeds that had been asleep for years, and leaves a surface that the first heavy rain closes like a lid. What grows back fastest in such a bed is rarely what was sown.

## Feed from above

The other way is to leave the ground where it is and to feed it from above, as a wood does. Two or three centimetres of ripe compost in late autumn are enough for most vegetables, and the worms carry it down during the winter without being asked or paid.

Where compost is scarce, almost anything that was once a plant will do for a start:

- leaves, best shredded with a mower
- straw, loosened well so that it does not mat
- cardboard under paths, without tape or glossy print

Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds.

## What changes, and when

Nothing much happens in the first summer, and that is the point at which many give up. In the second, the surface stays open after rain and the watering can is needed about half as often, above all in the weeks of June when young roots are still short.

> The best fertiliser is the gardener''s shadow, provided the gardener is not carrying a spade.

By the third year weeds come out with two fingers, and the bed can be planted straight after the last crop has been cut off at the ground. The roots stay in, rot where they stood, and leave channels that the next roots will find.

A single exception is worth knowing: ground that has been driven over by machines may be so dense that nothing enters it from above. There, one deep loosening with a fork, without turning, saves several years of patience, and afterwards the fork can go back to the shed.
', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 16:38:32.629754+00', 427),
	('a3c1f7c4-de88-4d96-a07c-52136b57ffd7', 'd7805189-f297-4aab-ab1b-1353421192a3', 1, '+++
title = "Watering less, and at the right hour"
slug = "watering-less"
topic = "How to water a garden in a dry summer"
niche = "gardening"
keyword = "watering garden summer"
date = 2026-06-02
+++

# Watering less, and at the right hour

Most gardens are watered too often and too little at a time. A quick sprinkle each evening wets two centimetres of earth, the roots come up to meet it, and a week of holidays is enough to kill plants that never learned to look for water further down.

It is better to water rarely and thoroughly: once or twice a week, until a finger pushed into the bed feels damp to the second knuckle. For most beds that means about fifteen litres on a square metre, which is more than it sounds when it has to be carried.

| plant | litres a square metre | how often |
| --- | --- | --- |
| tomatoes | 20 | every four days |
| lettuce | 10 | every second day |
| herbs | 5 | when the leaves hang |

The early morning is the right hour because the ground is cool and takes in what it is given, and because leaves that got wet are dry again before the sun is high. Evening watering is the second best, and it is the one that slugs prefer, since it lays a road for them through the whole night.

What is saved by a can with a long spout is easily lost again by bare soil. A cover of grass cuttings, no thicker than a finger and renewed every other week, keeps a bed damp for twice as long and costs nothing but the walk to the compost heap.

Rain barrels fill faster than expected: a roof of forty square metres gives some three hundred litres in a single summer storm. Two barrels in a row, joined near the top, catch what one would let run away, and a lid keeps out mosquitoes as well as curious children.
', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 16:38:32.716472+00', 309),
	('132f9f16-a30d-485d-a423-d7ced2e3f097', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', 1, '---
title: A week along a canal
slug: a-week-along-a-canal
topic: Cycling along canals with little luggage
niche: travel
keyword: canal cycling route
date: 2026-05-30
---

# A week along a canal

Canals were dug for people in a hurry and are now followed by those who are not. They have two advantages for a first journey by bicycle: there are no hills, and it is impossible to lose the way, since all that has to be decided each morning is left or right.  
On the second day even that is settled.

The towpath is a mixture of fine gravel, grass and roots, and a tyre of forty millimetres makes all three of them pleasant. Narrower ones are faster on the asphalt near towns, where nobody wants to be fast, and wider ones are mostly a comfort for the person who has to mend them.

## Fifty kilometres are plenty

Fifty kilometres a day are plenty, because locks want to be looked at. Each one has a keeper''s house, half of the houses sell coffee, and a boat that takes twenty minutes to rise by three metres is better company than most radio programmes.

Bring a tent if you like, but bring the number of the next guest house as well. Villages lie closer together along a canal than along a road, they were built a day''s towing apart, and the inns that once fed the horses still know how to feed cyclists who arrive late and wet.

1. Look at the wind in the morning, and choose the direction by it if you can.
2. Fill the bottles at every lock.
3. Ring the bell early; herons do not mind, anglers do.

After a week the pace of the water has become your own. The train back takes two hours for the same distance, the canal flickers past between the trees now and then, and it is hard to believe that there was so much of it.
', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 16:38:33.088813+00', 302),
	('fec7a6d4-6824-4458-9322-ebde2462610a', '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', 1, '---
title: "By night train with a bicycle"
slug: by-night-train-with-a-bicycle
topic: Taking a bicycle on overnight trains
niche: travel
keyword: bicycle night train
date: 2026-04-22
---

The platform is long, it is ten in the evening, and the carriage with the little bicycle sign is always at the other end. That is the only rule about travelling by night train with a bicycle that has never failed me; everything else depends on the country, the season and the mood of the conductor.

Reserve the bicycle before the bed. There are usually four to eight places for bicycles in a whole train and ten times as many beds, so the bicycle decides on which night you travel. Where a website refuses to sell the two together, a ticket office still can, and it is worth the queue.

A bicycle that has been taken apart travels as luggage almost everywhere. Both wheels off, handlebars turned, chain wrapped in an old cloth, everything in a bag no longer than one metre twenty: it fits above the door of most compartments, and nobody has ever asked me what was in it.

## What to keep within reach

Pack a small bag for the night and leave the panniers on the rack or under the bed. It should hold water, something warm, a toothbrush and earplugs, the ticket and a passport, because some borders are crossed at four in the morning by people in uniform who like to see faces.

Sleep comes easily to those who choose the middle bed, where it is neither cold nor hot and the ladder is short. The lowest one is a bench until midnight, and the uppermost one is a good place for reading and for people who do not turn over.

The best moment comes shortly after six, when the train stops in the open for no reason, the window is grey, and there are fields outside in another country. An hour later you are standing on a platform with a bicycle, the shops are closed, and the whole day has not begun yet.

More about the rules of single lines can be found at [the railways'' own pages](https://www.railways.example/bicycles), which change every December and are right for most of the year.
', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 16:38:33.173083+00', 347),
	('0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', 'd7805189-f297-4aab-ab1b-1353421192a3', 2, '+++
title = "Watering less, and at the right hour"
slug = "watering-less"
topic = "How to water a garden in a dry summer"
niche = "gardening"
keyword = "watering garden summer"
date = 2026-06-02
+++

# Watering less, and at the right hour

Most gardens are watered too often and too little at a time. A quick sprinkle each evening wets two centimetres of earth, the roots come up to meet it, and a week of holidays is enough to kill plants that never learned to look for water further down.

It is better to water rarely and thoroughly: once or twice a week, until a finger pushed into the bed feels damp to the second knuckle. For most beds that means about fifteen litres on a square metre, which is more than it sounds when it has to be carried.

| plant | litres a square metre | how often |
| --- | --- | --- |
| tomatoes | 20 | every four days |
| lettuce | 10 | every second day |
| herbs | 5 | when the leaves hang |

The early morning is the right hour because the ground is cool and takes in what it is given, and because leaves that got wet are dry again before the sun is high. Evening watering is the second best, and it is the one that slugs prefer, since it lays a road for them through the whole night.

What is saved by a can with a long spout is easily lost again by bare soil. A cover of grass cuttings, no thicker than a finger and renewed every other week, keeps a bed damp for twice as long and costs nothing but the walk to the compost heap. Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch).

Rain barrels fill faster than expected: a roof of forty square metres gives some three hundred litres in a single summer storm. Two barrels in a row, joined near the top, catch what one would let run away, and a lid keeps out mosquitoes as well as curious children.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch)."}, "relevant": {"answer": "yes", "evidence": "Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch)."}, "promotional": {"answer": "no", "evidence": "Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch)."}, "factual_claim_added": {"answer": "no", "evidence": "Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch)."}}, "problems": []}]}', 'APPROVED', '{"edit": {"end": 1464, "mode": "append", "text": "Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch).", "block": "p04", "start": 1220, "sha256": "26f9f6fe6d7696e956af811a9702371103ec51a091efbf11c1711386dfc7588f", "new_text": "What is saved by a can with a long spout is easily lost again by bare soil. A cover of grass cuttings, no thicker than a finger and renewed every other week, keeps a bed damp for twice as long and costs nothing but the walk to the compost heap. Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch)."}, "target_url": "https://www.anasgarden.example/mulch", "anchor_text": "a guide to mulching", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "a3c1f7c4-de88-4d96-a07c-52136b57ffd7"}', 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', 'backlink-int-bac2aa51-e129-4e60-99a0-88ebdaeb856f', '2026-11-25 16:39:49.617793+00', 322),
	('5528a0ac-aeaa-47a8-9c5b-f8f510251e15', '8bb1879d-4290-4dd1-823a-ee14e75d7752', 2, '---
title: Soil that feeds itself
slug: soil-that-feeds-itself
topic: Keeping garden soil alive without digging
niche: gardening
keyword: no-dig gardening
date: 2026-03-14
---

# Soil that feeds itself

A spade is the first tool most people buy for a garden, and for a bed that is already a bed it is often the last one they need. Soil has an order of its own: leaves on top, worms and threads of fungi below, and the older, quieter ground underneath that holds the water.

Turning all of that upside down every spring does what it looks like. It buries the living layer where it cannot breathe, brings up seeds that had been asleep for years, and leaves a surface that the first heavy rain closes like a lid. What grows back fastest in such a bed is rarely what was sown.

## Feed from above

The other way is to leave the ground where it is and to feed it from above, as a wood does. Two or three centimetres of ripe compost in late autumn are enough for most vegetables, and the worms carry it down during the winter without being asked or paid. Another way into the same question is [a book on ponds](https://dan.example/).

Where compost is scarce, almost anything that was once a plant will do for a start:

- leaves, best shredded with a mower
- straw, loosened well so that it does not mat
- cardboard under paths, without tape or glossy print

Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds.

## What changes, and when

Nothing much happens in the first summer, and that is the point at which many give up. In the second, the surface stays open after rain and the watering can is needed about half as often, above all in the weeks of June when young roots are still short.

> The best fertiliser is the gardener''s shadow, provided the gardener is not carrying a spade.

By the third year weeds come out with two fingers, and the bed can be planted straight after the last crop has been cut off at the ground. The roots stay in, rot where they stood, and leave channels that the next roots will find.

A single exception is worth knowing: ground that has been driven over by machines may be so dense that nothing enters it from above. There, one deep loosening with a fork, without turning, saves several years of patience, and afterwards the fork can go back to the shed.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "Another way into the same question is [a book on ponds](https://dan.example/)."}, "relevant": {"answer": "yes", "evidence": "Another way into the same question is [a book on ponds](https://dan.example/)."}, "promotional": {"answer": "no", "evidence": "Another way into the same question is [a book on ponds](https://dan.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "Another way into the same question is [a book on ponds](https://dan.example/)."}}, "problems": []}]}', 'APPROVED', '{"edit": {"end": 1048, "mode": "append", "text": "Another way into the same question is [a book on ponds](https://dan.example/).", "block": "p03", "start": 794, "sha256": "d2ac4f657080f45ffc1ec5329c686d862725d82aad49dc8b8826f1e575f3d654", "new_text": "The other way is to leave the ground where it is and to feed it from above, as a wood does. Two or three centimetres of ripe compost in late autumn are enough for most vegetables, and the worms carry it down during the winter without being asked or paid. Another way into the same question is [a book on ponds](https://dan.example/)."}, "target_url": "https://dan.example/", "anchor_text": "a book on ponds", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "7727d265-1edc-4919-b598-95f2a519446c"}', 'c266d61a-ee3f-4479-b6a2-e666e811756a', 'backlink-int-c266d61a-ee3f-4479-b6a2-e666e811756a', '2026-11-25 16:39:51.702062+00', 438),
	('5aeddebd-ba53-47bc-bb62-bf0837305f0c', 'd7805189-f297-4aab-ab1b-1353421192a3', 3, '+++
title = "Watering less, and at the right hour"
slug = "watering-less"
topic = "How to water a garden in a dry summer"
niche = "gardening"
keyword = "watering garden summer"
date = 2026-06-02
+++

# Watering less, and at the right hour

Most gardens are watered too often and too little at a time. A quick sprinkle each evening wets two centimetres of earth, the roots come up to meet it, and a week of holidays is enough to kill plants that never learned to look for water further down.

It is better to water rarely and thoroughly: once or twice a week, until a finger pushed into the bed feels damp to the second knuckle. For most beds that means about fifteen litres on a square metre, which is more than it sounds when it has to be carried. There is more to read on the subject in [worm farming](https://worms.example/).

| plant | litres a square metre | how often |
| --- | --- | --- |
| tomatoes | 20 | every four days |
| lettuce | 10 | every second day |
| herbs | 5 | when the leaves hang |

The early morning is the right hour because the ground is cool and takes in what it is given, and because leaves that got wet are dry again before the sun is high. Evening watering is the second best, and it is the one that slugs prefer, since it lays a road for them through the whole night.

What is saved by a can with a long spout is easily lost again by bare soil. A cover of grass cuttings, no thicker than a finger and renewed every other week, keeps a bed damp for twice as long and costs nothing but the walk to the compost heap. Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch).

Rain barrels fill faster than expected: a roof of forty square metres gives some three hundred litres in a single summer storm. Two barrels in a row, joined near the top, catch what one would let run away, and a lid keeps out mosquitoes as well as curious children.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "There is more to read on the subject in [worm farming](https://worms.example/)."}, "relevant": {"answer": "yes", "evidence": "There is more to read on the subject in [worm farming](https://worms.example/)."}, "promotional": {"answer": "no", "evidence": "There is more to read on the subject in [worm farming](https://worms.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "There is more to read on the subject in [worm farming](https://worms.example/)."}}, "problems": []}]}', 'PENDING_REVIEW', '{"edit": {"end": 748, "mode": "append", "text": "There is more to read on the subject in [worm farming](https://worms.example/).", "block": "p02", "start": 492, "sha256": "1c13c4d7e040b704084e14da0c008ae944585924bebf1b6d8ca370acb260bec4", "new_text": "It is better to water rarely and thoroughly: once or twice a week, until a finger pushed into the bed feels damp to the second knuckle. For most beds that means about fifteen litres on a square metre, which is more than it sounds when it has to be carried. There is more to read on the subject in [worm farming](https://worms.example/)."}, "target_url": "https://worms.example/", "anchor_text": "worm farming", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "0f0fcb0c-8bf7-4740-9d64-b73168c27c9b"}', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', 'backlink-int-f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', '2026-11-25 16:39:53.844154+00', 333),
	('0f69349f-3888-4169-b292-17b7b07987ce', 'd7805189-f297-4aab-ab1b-1353421192a3', 4, '+++
title = "Watering less, and at the right hour"
slug = "watering-less"
topic = "How to water a garden in a dry summer"
niche = "gardening"
keyword = "watering garden summer"
date = 2026-06-02
+++

# Watering less, and at the right hour

Most gardens are watered too often and too little at a time. A quick sprinkle each evening wets two centimetres of earth, the roots come up to meet it, and a week of holidays is enough to kill plants that never learned to look for water further down.

It is better to water rarely and thoroughly: once or twice a week, until a finger pushed into the bed feels damp to the second knuckle. For most beds that means about fifteen litres on a square metre, which is more than it sounds when it has to be carried. Another way into the same question is [worm farming](https://worms.example/).

| plant | litres a square metre | how often |
| --- | --- | --- |
| tomatoes | 20 | every four days |
| lettuce | 10 | every second day |
| herbs | 5 | when the leaves hang |

The early morning is the right hour because the ground is cool and takes in what it is given, and because leaves that got wet are dry again before the sun is high. Evening watering is the second best, and it is the one that slugs prefer, since it lays a road for them through the whole night.

What is saved by a can with a long spout is easily lost again by bare soil. A cover of grass cuttings, no thicker than a finger and renewed every other week, keeps a bed damp for twice as long and costs nothing but the walk to the compost heap. Readers who want to go further can turn to [a guide to mulching](https://www.anasgarden.example/mulch).

Rain barrels fill faster than expected: a roof of forty square metres gives some three hundred litres in a single summer storm. Two barrels in a row, joined near the top, catch what one would let run away, and a lid keeps out mosquitoes as well as curious children.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "Another way into the same question is [worm farming](https://worms.example/)."}, "relevant": {"answer": "yes", "evidence": "Another way into the same question is [worm farming](https://worms.example/)."}, "promotional": {"answer": "no", "evidence": "Another way into the same question is [worm farming](https://worms.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "Another way into the same question is [worm farming](https://worms.example/)."}}, "problems": []}]}', 'PENDING_REVIEW', '{"edit": {"end": 748, "mode": "append", "text": "Another way into the same question is [worm farming](https://worms.example/).", "block": "p02", "start": 492, "sha256": "1c13c4d7e040b704084e14da0c008ae944585924bebf1b6d8ca370acb260bec4", "new_text": "It is better to water rarely and thoroughly: once or twice a week, until a finger pushed into the bed feels damp to the second knuckle. For most beds that means about fifteen litres on a square metre, which is more than it sounds when it has to be carried. Another way into the same question is [worm farming](https://worms.example/)."}, "target_url": "https://worms.example/", "anchor_text": "worm farming", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink_regeneration", "regeneration_count": 1, "base_article_version_id": "0f0fcb0c-8bf7-4740-9d64-b73168c27c9b"}', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', 'backlink-int-f86d8e59-e3d9-46bc-bb0c-f2ed567110d7-regen-1795624794309', '2026-11-25 16:39:54.548604+00', 331),
	('6c64294f-2e32-4def-8399-8472e626c628', '8bb1879d-4290-4dd1-823a-ee14e75d7752', 3, '---
title: Soil that feeds itself
slug: soil-that-feeds-itself
topic: Keeping garden soil alive without digging
niche: gardening
keyword: no-dig gardening
date: 2026-03-14
---

# Soil that feeds itself

A spade is the first tool most people buy for a garden, and for a bed that is already a bed it is often the last one they need. Soil has an order of its own: leaves on top, worms and threads of fungi below, and the older, quieter ground underneath that holds the water.

Turning all of that upside down every spring does what it looks like. It buries the living layer where it cannot breathe, brings up seeds that had been asleep for years, and leaves a surface that the first heavy rain closes like a lid. What grows back fastest in such a bed is rarely what was sown.

## Feed from above

The other way is to leave the ground where it is and to feed it from above, as a wood does. Two or three centimetres of ripe compost in late autumn are enough for most vegetables, and the worms carry it down during the winter without being asked or paid. Another way into the same question is [a book on ponds](https://dan.example/).

Where compost is scarce, almost anything that was once a plant will do for a start:

- leaves, best shredded with a mower
- straw, loosened well so that it does not mat
- cardboard under paths, without tape or glossy print

Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds. Another way into the same question is [collecting rain](https://rain.example/).

## What changes, and when

Nothing much happens in the first summer, and that is the point at which many give up. In the second, the surface stays open after rain and the watering can is needed about half as often, above all in the weeks of June when young roots are still short.

> The best fertiliser is the gardener''s shadow, provided the gardener is not carrying a spade.

By the third year weeds come out with two fingers, and the bed can be planted straight after the last crop has been cut off at the ground. The roots stay in, rot where they stood, and leave channels that the next roots will find.

A single exception is worth knowing: ground that has been driven over by machines may be so dense that nothing enters it from above. There, one deep loosening with a fork, without turning, saves several years of patience, and afterwards the fork can go back to the shed.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "Another way into the same question is [collecting rain](https://rain.example/)."}, "relevant": {"answer": "yes", "evidence": "Another way into the same question is [collecting rain](https://rain.example/)."}, "promotional": {"answer": "no", "evidence": "Another way into the same question is [collecting rain](https://rain.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "Another way into the same question is [collecting rain](https://rain.example/)."}}, "problems": []}]}', 'PENDING_REVIEW', '{"edit": {"end": 1629, "mode": "append", "text": "Another way into the same question is [collecting rain](https://rain.example/).", "block": "p05", "start": 1353, "sha256": "beef304ac05f3b84cdc0e498757b258b930d3bfe11b17f15d47cd4e7be86a58a", "new_text": "Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds. Another way into the same question is [collecting rain](https://rain.example/)."}, "target_url": "https://rain.example/", "anchor_text": "collecting rain", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "5528a0ac-aeaa-47a8-9c5b-f8f510251e15"}', 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', 'backlink-int-f00e6f7a-0286-4c26-9832-3ec6c379a2f4', '2026-11-25 16:39:56.401615+00', 447),
	('28f82d1a-f453-4569-8af6-cf73d2023ec9', '8bb1879d-4290-4dd1-823a-ee14e75d7752', 4, '---
title: Soil that feeds itself
slug: soil-that-feeds-itself
topic: Keeping garden soil alive without digging
niche: gardening
keyword: no-dig gardening
date: 2026-03-14
---

# Soil that feeds itself

A spade is the first tool most people buy for a garden, and for a bed that is already a bed it is often the last one they need. Soil has an order of its own: leaves on top, worms and threads of fungi below, and the older, quieter ground underneath that holds the water.

Turning all of that upside down every spring does what it looks like. It buries the living layer where it cannot breathe, brings up seeds that had been asleep for years, and leaves a surface that the first heavy rain closes like a lid. What grows back fastest in such a bed is rarely what was sown.

## Feed from above

The other way is to leave the ground where it is and to feed it from above, as a wood does. Two or three centimetres of ripe compost in late autumn are enough for most vegetables, and the worms carry it down during the winter without being asked or paid. Another way into the same question is [a book on ponds](https://dan.example/).

Where compost is scarce, almost anything that was once a plant will do for a start:

- leaves, best shredded with a mower
- straw, loosened well so that it does not mat
- cardboard under paths, without tape or glossy print

Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds. For more on this, see [a shop for spades](https://eve.example/).

## What changes, and when

Nothing much happens in the first summer, and that is the point at which many give up. In the second, the surface stays open after rain and the watering can is needed about half as often, above all in the weeks of June when young roots are still short.

> The best fertiliser is the gardener''s shadow, provided the gardener is not carrying a spade.

By the third year weeds come out with two fingers, and the bed can be planted straight after the last crop has been cut off at the ground. The roots stay in, rot where they stood, and leave channels that the next roots will find.

A single exception is worth knowing: ground that has been driven over by machines may be so dense that nothing enters it from above. There, one deep loosening with a fork, without turning, saves several years of patience, and afterwards the fork can go back to the shed.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "For more on this, see [a shop for spades](https://eve.example/)."}, "relevant": {"answer": "yes", "evidence": "For more on this, see [a shop for spades](https://eve.example/)."}, "promotional": {"answer": "no", "evidence": "For more on this, see [a shop for spades](https://eve.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "For more on this, see [a shop for spades](https://eve.example/)."}}, "problems": []}]}', 'REJECTED', '{"edit": {"end": 1629, "mode": "append", "text": "For more on this, see [a shop for spades](https://eve.example/).", "block": "p05", "start": 1353, "sha256": "beef304ac05f3b84cdc0e498757b258b930d3bfe11b17f15d47cd4e7be86a58a", "new_text": "Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds. For more on this, see [a shop for spades](https://eve.example/)."}, "target_url": "https://eve.example/", "anchor_text": "a shop for spades", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "5528a0ac-aeaa-47a8-9c5b-f8f510251e15"}', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', 'backlink-int-ff9d3c38-514d-446c-83f1-69a7261d73a7', '2026-11-25 16:39:57.99781+00', 447),
	('76203ec0-b54b-4e50-b095-7cddba1dd723', 'b9f760d0-449e-4e9b-97e9-689e9f50b19a', 1, '# Growing tomatoes on a balcony: what is worth knowing first

Few subjects are discussed as often, and explained as seldom, as this one: Growing tomatoes on a balcony. Most of what is said about it assumes that the reader has been there before. This article does not. It begins at the beginning, goes through the questions in the order in which they come up, and leaves the decisions where they belong, with the person who has to live with them.

Much of it comes down to one phrase that people look for, “balcony tomatoes”, and to what lies behind it.

## Begin with what is there

The first step is the least exciting one: to look at what is there already. Most people have more than they think, and some of what they lack turns out not to be needed. A quiet hour with a notebook is enough to write down what works, what does not, and what has simply never been tried. Some of this is also touched upon in [Watering less, and at the right hour](/articles/watering-less).

Such a list has another use. It shows which of the difficulties are real and which were only heard of from others. In gardening, as in many fields, the loudest warnings are not always about the most common troubles, and a look at the facts at hand is the best guard against solving somebody else''s problem.

## Ask the right questions

Behind every question that is asked about “Growing tomatoes on a balcony” there is usually another one, and it pays to find it. Somebody who asks how a thing is done may really want to know whether it should be done at all. Somebody who asks for the best way may be content with one that is good enough and leaves the evening free.

It helps to say the aim out loud, in a single sentence, before any means are discussed. If the sentence will not come, the aim is not clear yet, and no amount of reading will make it so. If it does come, half of the choices that seemed so hard have already been made.

## Mistakes that nearly everybody makes

The most common mistake is to do too much at the start. Enthusiasm is a fine thing, but it likes to begin five tasks and to finish none. The second most common is to change several things together, so that nobody can tell afterwards which of them made the difference, for better or for worse.

Both can be avoided by a simple habit: one change, then a pause. During the pause nothing happens except that somebody pays attention. It feels slow, and it is the quickest way there is, because no step has to be taken twice and nothing needs to be undone in a hurry.

## Keep a record

Memory is a kind narrator. It forgets the dull weeks, and it moves success and failure to wherever they make the better story. A few lines written on the day itself are worth more than the most vivid recollection a year later, and they take no longer than a cup of tea.

What belongs in such a record is a matter of taste, but dates always do, and so does the reason for each decision. Whoever knows why something was done can judge later whether the reason still holds. Without it, old choices harden into rules that are followed because they have always been followed. Another way into the same question is [pots that hold water](https://pots.example/).

## Time is part of it

Much that is blamed on the method is in truth a matter of waiting. Results seldom come evenly: for a long while nothing seems to move, and then a good deal happens within days. Those who give up in the quiet stretch never learn how close they were, and begin from nothing with something else.

It is sensible, therefore, to settle beforehand how long a trial is to last and how its outcome will be judged. That keeps impatience from ending it too early and hope from dragging it out too long. When the day has come, the verdict is usually plain to see, whichever way it falls.

## Looking after what has been achieved

When things go well at last, the temptation is to turn to something new. Yet what has been built up with care can be lost through simple neglect, and far more quickly than it was gained. A little regular attention, at a fixed time and in small portions, is all that most achievements ask for. Readers of this site may remember [Soil that feeds itself](/articles/soil-that-feeds-itself), which looks at a related matter.

It is also the moment to simplify. Much of what was needed to get there is not needed to stay there, and every step that can be left out makes the rest more likely to be done. People who have lived with the subject for years are often recognised by how little fuss they make about it.

## What to take away

None of this has to be done at once, and some of it need not be done at all. What helps most is to begin, to look at what comes of it, and to begin again a little wiser. Those who keep that up will find that the subject grows simpler with time, and that the questions which remain are the interesting ones.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "Another way into the same question is [pots that hold water](https://pots.example/).\n\n## Time is part of it\n\nMuch that is blamed on the method is in truth a matter of waiting. Results seldom come even"}, "on_topic": {"answer": "yes", "evidence": "Another way into the same question is [pots that hold water](https://pots.example/).\n\n## Time is part of it\n\nMuch that is blamed on the method is in truth a matter of waiting. Results seldom come even"}, "in_language": {"answer": "yes", "evidence": "Another way into the same question is [pots that hold water](https://pots.example/).\n\n## Time is part of it\n\nMuch that is blamed on the method is in truth a matter of waiting. Results seldom come even"}, "promotional": {"answer": "no", "evidence": "Another way into the same question is [pots that hold water](https://pots.example/).\n\n## Time is part of it\n\nMuch that is blamed on the method is in truth a matter of waiting. Results seldom come even"}, "doubtful_claims": {"answer": "no", "evidence": "Another way into the same question is [pots that hold water](https://pots.example/).\n\n## Time is part of it\n\nMuch that is blamed on the method is in truth a matter of waiting. Results seldom come even"}}, "problems": []}]}', 'PENDING_REVIEW', '{"title": "Growing tomatoes on a balcony: what is worth knowing first", "target_url": "https://pots.example/", "anchor_text": "pots that hold water", "customer_notes": "", "integration_type": "customer_article", "regeneration_count": 0}', '94a52eac-61c0-46fb-80fc-686d2825828c', 'article-gen-94a52eac-61c0-46fb-80fc-686d2825828c', '2026-11-25 16:40:07.12691+00', 907),
	('8cb0730f-bc9b-42fe-ae88-718001322180', '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', 2, '---
title: "By night train with a bicycle"
slug: by-night-train-with-a-bicycle
topic: Taking a bicycle on overnight trains
niche: travel
keyword: bicycle night train
date: 2026-04-22
---

The platform is long, it is ten in the evening, and the carriage with the little bicycle sign is always at the other end. That is the only rule about travelling by night train with a bicycle that has never failed me; everything else depends on the country, the season and the mood of the conductor.

Reserve the bicycle before the bed. There are usually four to eight places for bicycles in a whole train and ten times as many beds, so the bicycle decides on which night you travel. Where a website refuses to sell the two together, a ticket office still can, and it is worth the queue.

A bicycle that has been taken apart travels as luggage almost everywhere. Both wheels off, handlebars turned, chain wrapped in an old cloth, everything in a bag no longer than one metre twenty: it fits above the door of most compartments, and nobody has ever asked me what was in it.

## What to keep within reach

Pack a small bag for the night and leave the panniers on the rack or under the bed. It should hold water, something warm, a toothbrush and earplugs, the ticket and a passport, because some borders are crossed at four in the morning by people in uniform who like to see faces. There is more to read on the subject in [a map of the moor](https://lia.example/).

Sleep comes easily to those who choose the middle bed, where it is neither cold nor hot and the ladder is short. The lowest one is a bench until midnight, and the uppermost one is a good place for reading and for people who do not turn over.

The best moment comes shortly after six, when the train stops in the open for no reason, the window is grey, and there are fields outside in another country. An hour later you are standing on a platform with a bicycle, the shops are closed, and the whole day has not begun yet.

More about the rules of single lines can be found at [the railways'' own pages](https://www.railways.example/bicycles), which change every December and are right for most of the year.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "There is more to read on the subject in [a map of the moor](https://lia.example/)."}, "relevant": {"answer": "yes", "evidence": "There is more to read on the subject in [a map of the moor](https://lia.example/)."}, "promotional": {"answer": "no", "evidence": "There is more to read on the subject in [a map of the moor](https://lia.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "There is more to read on the subject in [a map of the moor](https://lia.example/)."}}, "problems": []}]}', 'APPROVED', '{"edit": {"end": 1366, "mode": "append", "text": "There is more to read on the subject in [a map of the moor](https://lia.example/).", "block": "p04", "start": 1091, "sha256": "b6e1fc0fd9fc8cd73a150540d50cf162412ab84b3b28314baeaf4fdc9f7ea005", "new_text": "Pack a small bag for the night and leave the panniers on the rack or under the bed. It should hold water, something warm, a toothbrush and earplugs, the ticket and a passport, because some borders are crossed at four in the morning by people in uniform who like to see faces. There is more to read on the subject in [a map of the moor](https://lia.example/)."}, "target_url": "https://lia.example/", "anchor_text": "a map of the moor", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "fec7a6d4-6824-4458-9322-ebde2462610a"}', '8abf487d-039e-4d6c-bb42-f5da9f04e316', 'backlink-int-8abf487d-039e-4d6c-bb42-f5da9f04e316', '2026-11-25 16:41:58.287588+00', 361),
	('dfe23215-eec2-494d-8cd1-5d56f5aed720', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', 2, '---
title: A week along a canal
slug: a-week-along-a-canal
topic: Cycling along canals with little luggage
niche: travel
keyword: canal cycling route
date: 2026-05-30
---

# A week along a canal

Canals were dug for people in a hurry and are now followed by those who are not. They have two advantages for a first journey by bicycle: there are no hills, and it is impossible to lose the way, since all that has to be decided each morning is left or right.  
On the second day even that is settled.

The towpath is a mixture of fine gravel, grass and roots, and a tyre of forty millimetres makes all three of them pleasant. Narrower ones are faster on the asphalt near towns, where nobody wants to be fast, and wider ones are mostly a comfort for the person who has to mend them.

## Fifty kilometres are plenty

Fifty kilometres a day are plenty, because locks want to be looked at. Each one has a keeper''s house, half of the houses sell coffee, and a boat that takes twenty minutes to rise by three metres is better company than most radio programmes.

Bring a tent if you like, but bring the number of the next guest house as well. Villages lie closer together along a canal than along a road, they were built a day''s towing apart, and the inns that once fed the horses still know how to feed cyclists who arrive late and wet. If this part is the one that interests you, continue with [a tent for two](https://joe.example/).

1. Look at the wind in the morning, and choose the direction by it if you can.
2. Fill the bottles at every lock.
3. Ring the bell early; herons do not mind, anglers do.

After a week the pace of the water has become your own. The train back takes two hours for the same distance, the canal flickers past between the trees now and then, and it is hard to believe that there was so much of it.
', 1, 'APPROVED_BY_AI', '{"rounds": [{"attempt": 1, "opinion": {"natural": {"answer": "yes", "evidence": "If this part is the one that interests you, continue with [a tent for two](https://joe.example/)."}, "relevant": {"answer": "yes", "evidence": "If this part is the one that interests you, continue with [a tent for two](https://joe.example/)."}, "promotional": {"answer": "no", "evidence": "If this part is the one that interests you, continue with [a tent for two](https://joe.example/)."}, "factual_claim_added": {"answer": "no", "evidence": "If this part is the one that interests you, continue with [a tent for two](https://joe.example/)."}}, "problems": []}]}', 'PENDING_REVIEW', '{"edit": {"end": 1328, "mode": "append", "text": "If this part is the one that interests you, continue with [a tent for two](https://joe.example/).", "block": "p04", "start": 1054, "sha256": "dc2280dc82f93c5b0faf14eeb14c394e53a3e48dfb80943f12b1cfddf22b7d58", "new_text": "Bring a tent if you like, but bring the number of the next guest house as well. Villages lie closer together along a canal than along a road, they were built a day''s towing apart, and the inns that once fed the horses still know how to feed cyclists who arrive late and wet. If this part is the one that interests you, continue with [a tent for two](https://joe.example/)."}, "target_url": "https://joe.example/", "anchor_text": "a tent for two", "customer_notes": "Near the middle, please.", "integration_type": "customer_backlink", "regeneration_count": 0, "base_article_version_id": "132f9f16-a30d-485d-a423-d7ced2e3f097"}', '1e067997-c4f2-401f-8edf-ce8d3acdf244', 'backlink-int-1e067997-c4f2-401f-8edf-ce8d3acdf244', '2026-11-25 16:42:09.14968+00', 317),
	('5171f1fb-ed5e-4bb8-9cf0-8eced3385dd5', '8bb1879d-4290-4dd1-823a-ee14e75d7752', 5, '---
title: Soil that feeds itself
slug: soil-that-feeds-itself
topic: Keeping garden soil alive without digging
niche: gardening
keyword: no-dig gardening
date: 2026-03-14
---

# Soil that feeds itself

A spade is the first tool most people buy for a garden, and for a bed that is already a bed it is often the last one they need. Soil has an order of its own: leaves on top, worms and threads of fungi below, and the older, quieter ground underneath that holds the water.

Turning all of that upside down every spring does what it looks like. It buries the living layer where it cannot breathe, brings up seeds that had been asleep for years, and leaves a surface that the first heavy rain closes like a lid. What grows back fastest in such a bed is rarely what was sown.

## Feed from above

The other way is to leave the ground where it is and to feed it from above, as a wood does. Two or three centimetres of ripe compost in late autumn are enough for most vegetables, and the worms carry it down during the winter without being asked or paid.

Where compost is scarce, almost anything that was once a plant will do for a start:

- leaves, best shredded with a mower
- straw, loosened well so that it does not mat
- cardboard under paths, without tape or glossy print

Fresh wood chips belong on paths and around shrubs, not among seedlings, because the fungi that take them apart borrow nitrogen from the top of the soil while they are busy. After two years the same chips have become the darkest earth in the garden and can move into the beds.

## What changes, and when

Nothing much happens in the first summer, and that is the point at which many give up. In the second, the surface stays open after rain and the watering can is needed about half as often, above all in the weeks of June when young roots are still short.

> The best fertiliser is the gardener''s shadow, provided the gardener is not carrying a spade.

By the third year weeds come out with two fingers, and the bed can be planted straight after the last crop has been cut off at the ground. The roots stay in, rot where they stood, and leave channels that the next roots will find.

A single exception is worth knowing: ground that has been driven over by machines may be so dense that nothing enters it from above. There, one deep loosening with a fork, without turning, saves several years of patience, and afterwards the fork can go back to the shed.
', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2026-11-25 16:50:16.694774+00', 427);


INSERT INTO public.articles VALUES
	('7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', '1922e657-c4b1-40f0-9bcf-db601ca36fa9', 'a-week-along-a-canal', 'A week along a canal', 'Cycling along canals with little luggage', 'travel', 'canal cycling route', 'PUBLISHED', '132f9f16-a30d-485d-a423-d7ced2e3f097', '2026-11-25 16:38:33.039743+00', '2026-11-25 16:38:33.092018+00', '2026-05-30 00:00:00+00'),
	('d7805189-f297-4aab-ab1b-1353421192a3', '40a50609-ed99-4d0e-b2c8-54c3275eadd1', 'watering-less', 'Watering less, and at the right hour', 'How to water a garden in a dry summer', 'gardening', 'watering garden summer', 'PUBLISHED', '0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', '2026-11-25 16:38:32.684417+00', '2026-11-25 16:39:50.48847+00', '2026-06-02 00:00:00+00'),
	('b9f760d0-449e-4e9b-97e9-689e9f50b19a', '40a50609-ed99-4d0e-b2c8-54c3275eadd1', 'growing-tomatoes-on-a-balcony', 'Growing tomatoes on a balcony', 'Growing tomatoes on a balcony', 'gardening', 'balcony tomatoes', 'DRAFT', NULL, '2026-11-25 16:40:00.538984+00', '2026-11-25 16:40:00.539008+00', NULL),
	('8bb1879d-4290-4dd1-823a-ee14e75d7752', '40a50609-ed99-4d0e-b2c8-54c3275eadd1', 'soil-that-feeds-itself', 'Soil that feeds itself', 'Keeping garden soil alive without digging', 'gardening', 'no-dig gardening', 'PUBLISHED', '5171f1fb-ed5e-4bb8-9cf0-8eced3385dd5', '2026-11-25 16:38:32.569064+00', '2026-11-25 16:50:16.70172+00', '2026-03-14 00:00:00+00'),
	('5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', '1922e657-c4b1-40f0-9bcf-db601ca36fa9', 'by-night-train-with-a-bicycle', 'By night train with a bicycle', 'Taking a bicycle on overnight trains', 'travel', 'bicycle night train', 'UNPUBLISHED', '8cb0730f-bc9b-42fe-ae88-718001322180', '2026-11-25 16:38:33.14306+00', '2026-11-25 16:41:59.530224+00', '2026-04-22 00:00:00+00');




INSERT INTO public.domains VALUES
	('40a50609-ed99-4d0e-b2c8-54c3275eadd1', 'greenbench.example', 'Green Bench', 'gardening', 'en', 'EUR', 4900, 14900, 'sponsored', 3, '{gambling}', '{casino,betting}', '2026-11-25 16:38:32.552538+00'),
	('1922e657-c4b1-40f0-9bcf-db601ca36fa9', 'slowkilometres.example', 'Slow Kilometres', 'travel', 'en', 'EUR', 6500, 19900, 'nofollow', 2, '{}', '{casino}', '2026-11-25 16:38:33.028048+00');




INSERT INTO public.jobs VALUES
	('backlink-int-f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', 'backlink-integration', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', '{"email": "ben@customers.example", "notes": "Near the middle, please.", "orderId": "f86d8e59-e3d9-46bc-bb0c-f2ed567110d7", "articleId": "d7805189-f297-4aab-ab1b-1353421192a3", "targetUrl": "https://worms.example/", "anchorText": "worm farming", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 697, 0, 161, 1, NULL, NULL, '2026-11-25 16:39:53.271852+00', '2026-11-25 16:39:53.320648+00', '2026-11-25 16:39:53.271852+00', '2026-11-25 16:39:53.308267+00', '2026-11-25 16:39:53.836126+00'),
	('backlink-int-c266d61a-ee3f-4479-b6a2-e666e811756a', 'backlink-integration', 'c266d61a-ee3f-4479-b6a2-e666e811756a', '{"email": "dan@customers.example", "notes": "Near the middle, please.", "orderId": "c266d61a-ee3f-4479-b6a2-e666e811756a", "articleId": "8bb1879d-4290-4dd1-823a-ee14e75d7752", "targetUrl": "https://dan.example/", "anchorText": "a book on ponds", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 964, 0, 159, 1, NULL, NULL, '2026-11-25 16:39:51.31687+00', '2026-11-25 16:39:51.364104+00', '2026-11-25 16:39:51.316871+00', '2026-11-25 16:39:51.355082+00', '2026-11-25 16:39:51.700116+00'),
	('backlink-int-bac2aa51-e129-4e60-99a0-88ebdaeb856f', 'backlink-integration', 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', '{"email": "ana@customers.example", "notes": "Near the middle, please.", "orderId": "bac2aa51-e129-4e60-99a0-88ebdaeb856f", "articleId": "d7805189-f297-4aab-ab1b-1353421192a3", "targetUrl": "https://www.anasgarden.example/mulch", "anchorText": "a guide to mulching", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 841, 0, 191, 1, NULL, NULL, '2026-11-25 16:39:36.603964+00', '2026-11-25 16:39:36.710549+00', '2026-11-25 16:39:36.603964+00', '2026-11-25 16:39:36.722852+00', '2026-11-25 16:39:49.612662+00'),
	('backlink-int-a1492980-2ca6-45c0-97b8-35d6d1460763', 'backlink-integration', 'a1492980-2ca6-45c0-97b8-35d6d1460763', '{"email": "max@customers.example", "notes": "Near the middle, please.", "orderId": "a1492980-2ca6-45c0-97b8-35d6d1460763", "articleId": "d7805189-f297-4aab-ab1b-1353421192a3", "targetUrl": "https://max.example/", "anchorText": "a stove for two", "isRegeneration": false}', 'WAITING', 0, 3, '', '[]', '[]', 0, 0, 0, 0, 1, NULL, NULL, '2026-11-25 16:50:35.891835+00', '2026-11-25 16:50:35.899248+00', '2026-11-25 16:50:27.856384+00', '2026-11-25 16:50:27.880846+00', NULL),
	('backlink-int-f86d8e59-e3d9-46bc-bb0c-f2ed567110d7-regen-1795624794309', 'backlink-integration', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', '{"email": "ben@customers.example", "notes": "Near the middle, please.", "orderId": "f86d8e59-e3d9-46bc-bb0c-f2ed567110d7", "articleId": "d7805189-f297-4aab-ab1b-1353421192a3", "targetUrl": "https://worms.example/", "anchorText": "worm farming", "isRegeneration": true}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 697, 0, 158, 1, NULL, NULL, '2026-11-25 16:39:54.310289+00', '2026-11-25 16:39:54.350456+00', '2026-11-25 16:39:54.310289+00', '2026-11-25 16:39:54.339056+00', '2026-11-25 16:39:54.547747+00'),
	('backlink-int-ff9d3c38-514d-446c-83f1-69a7261d73a7', 'backlink-integration', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', '{"email": "eve@customers.example", "notes": "Near the middle, please.", "orderId": "ff9d3c38-514d-446c-83f1-69a7261d73a7", "articleId": "8bb1879d-4290-4dd1-823a-ee14e75d7752", "targetUrl": "https://eve.example/", "anchorText": "a shop for spades", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 907, 0, 142, 1, NULL, NULL, '2026-11-25 16:39:57.380599+00', '2026-11-25 16:39:57.45777+00', '2026-11-25 16:39:57.380599+00', '2026-11-25 16:39:57.472543+00', '2026-11-25 16:39:57.988365+00'),
	('backlink-int-f00e6f7a-0286-4c26-9832-3ec6c379a2f4', 'backlink-integration', 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', '{"email": "cleo@customers.example", "notes": "Near the middle, please.", "orderId": "f00e6f7a-0286-4c26-9832-3ec6c379a2f4", "articleId": "8bb1879d-4290-4dd1-823a-ee14e75d7752", "targetUrl": "https://rain.example/", "anchorText": "collecting rain", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 910, 0, 161, 1, NULL, NULL, '2026-11-25 16:39:56.052417+00', '2026-11-25 16:39:56.127945+00', '2026-11-25 16:39:56.052417+00', '2026-11-25 16:39:56.098555+00', '2026-11-25 16:39:56.389874+00'),
	('article-gen-94a52eac-61c0-46fb-80fc-686d2825828c', 'article-generation', '94a52eac-61c0-46fb-80fc-686d2825828c', '{"email": "fay@customers.example", "niche": "gardening", "notes": "", "topic": "Growing tomatoes on a balcony", "keyword": "balcony tomatoes", "orderId": "94a52eac-61c0-46fb-80fc-686d2825828c", "domainId": "40a50609-ed99-4d0e-b2c8-54c3275eadd1", "articleId": "b9f760d0-449e-4e9b-97e9-689e9f50b19a", "targetUrl": "https://pots.example/", "anchorText": "pots that hold water", "isRegeneration": false}', 'COMPLETED', 1, 3, 'article_opinion', '[]', '[]', 2, 1874, 0, 1550, 1, NULL, NULL, '2026-11-25 16:40:00.619997+00', '2026-11-25 16:40:00.689704+00', '2026-11-25 16:40:00.619997+00', '2026-11-25 16:40:00.73345+00', '2026-11-25 16:40:07.120911+00'),
	('backlink-int-8abf487d-039e-4d6c-bb42-f5da9f04e316', 'backlink-integration', '8abf487d-039e-4d6c-bb42-f5da9f04e316', '{"email": "lia@customers.example", "notes": "Near the middle, please.", "orderId": "8abf487d-039e-4d6c-bb42-f5da9f04e316", "articleId": "5e5951e7-0d6d-40eb-8a5c-ea0437eda25a", "targetUrl": "https://lia.example/", "anchorText": "a map of the moor", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 991, 0, 164, 1, NULL, NULL, '2026-11-25 16:41:58.063931+00', '2026-11-25 16:41:58.105408+00', '2026-11-25 16:41:58.063931+00', '2026-11-25 16:41:58.096004+00', '2026-11-25 16:41:58.286728+00'),
	('backlink-int-1e067997-c4f2-401f-8edf-ce8d3acdf244', 'backlink-integration', '1e067997-c4f2-401f-8edf-ce8d3acdf244', '{"email": "joe@customers.example", "notes": "Near the middle, please.", "orderId": "1e067997-c4f2-401f-8edf-ce8d3acdf244", "articleId": "7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2", "targetUrl": "https://joe.example/", "anchorText": "a tent for two", "isRegeneration": false}', 'COMPLETED', 1, 3, 'second_opinion', '[]', '[]', 2, 844, 0, 183, 1, NULL, NULL, '2026-11-25 16:42:08.829072+00', '2026-11-25 16:42:08.883394+00', '2026-11-25 16:42:08.829072+00', '2026-11-25 16:42:08.877684+00', '2026-11-25 16:42:09.148827+00'),
	('backlink-int-51acac1c-e8ff-4836-b4d4-dd01386fdb35', 'backlink-integration', '51acac1c-e8ff-4836-b4d4-dd01386fdb35', '{"email": "ivy@customers.example", "notes": "Near the middle, please.", "orderId": "51acac1c-e8ff-4836-b4d4-dd01386fdb35", "articleId": "7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2", "targetUrl": "https://ivy.example/", "anchorText": "a walk by the sea", "isRegeneration": false}', 'FAILED', 3, 3, 'link_edit', '[{"at": "2026-11-25T16:42:00.597057Z", "error": "DraftRefusedError", "attempt": 1, "message": "no proposal passed the checks; the last one broke: words_kept, length", "traceback": "Traceback (most recent call last): …"}, {"at": "2026-11-25T16:42:02.902856Z", "error": "DraftRefusedError", "attempt": 2, "message": "no proposal passed the checks; the last one broke: words_kept, length", "traceback": "Traceback (most recent call last): …"}, {"at": "2026-11-25T16:42:07.281734Z", "error": "DraftRefusedError", "attempt": 3, "message": "no proposal passed the checks; the last one broke: words_kept, length", "traceback": "Traceback (most recent call last): …"}]', '[]', 9, 5367, 0, 207, 3, NULL, NULL, '2026-11-25 16:42:15.28709+00', NULL, '2026-11-25 16:42:00.24352+00', '2026-11-25 16:42:00.298672+00', '2026-11-25 16:42:07.287091+00'),
	('backlink-int-3f080528-9fab-4ebc-9e62-fbebbd97814e', 'backlink-integration', '3f080528-9fab-4ebc-9e62-fbebbd97814e', '{"email": "kim@customers.example", "notes": "Near the middle, please.", "orderId": "3f080528-9fab-4ebc-9e62-fbebbd97814e", "articleId": "d7805189-f297-4aab-ab1b-1353421192a3", "targetUrl": "https://kim.example/", "anchorText": "a lamp for the trail", "isRegeneration": false}', 'FAILED', 3, 3, '', '[{"at": "2026-11-25T16:46:08.364799Z", "error": "ModelError", "attempt": 1, "message": "the model could not be reached: APITimeoutError: Request timed out.", "traceback": "Traceback (most recent call last): …"}, {"at": "2026-11-25T16:47:10.509078Z", "error": "ModelError", "attempt": 2, "message": "the model could not be reached: APITimeoutError: Request timed out.", "traceback": "Traceback (most recent call last): …"}, {"at": "2026-11-25T16:48:14.641650Z", "error": "ModelError", "attempt": 3, "message": "the model could not be reached: APITimeoutError: Request timed out.", "traceback": "Traceback (most recent call last): …"}]', '[]', 0, 0, 0, 0, 3, NULL, NULL, '2026-11-25 16:48:22.64748+00', NULL, '2026-11-25 16:45:08.232269+00', '2026-11-25 16:45:08.277402+00', '2026-11-25 16:48:14.647481+00');


INSERT INTO public.letters VALUES
	('681ccee7-8e53-4195-9259-336ef9945739', NULL, '6d521191-1101-438f-8fd4-5039ba118464', '', 'magic_link', 'lia@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:41:57.583857+00', '2026-11-25 16:41:57.692028+00', '2026-11-25 16:41:57.583857+00'),
	('d7267a9c-b1d3-4916-a4f1-c3b1d4daf8aa', 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '5528a0ac-aeaa-47a8-9c5b-f8f510251e15', 'submitted', 'dan@customers.example', 'Submitted for review', '<p>shortened</p>', 'Submitted for review', 'SENT', 1, '', NULL, '2026-11-25 16:39:52.120644+00', '2026-11-25 16:39:52.36712+00', '2026-11-25 16:39:52.120644+00'),
	('7a5024a0-80ab-4492-a29b-b4aa9a2b0be5', NULL, 'dbd3c968-cd04-4feb-a071-3af092a76e2f', '', 'magic_link', 'ben@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:39:52.623852+00', '2026-11-25 16:39:52.863344+00', '2026-11-25 16:39:52.623852+00'),
	('4235de9d-bea8-4368-8300-5637d4e853c0', '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '', 'published', 'lia@customers.example', 'Your link is published', '<p>shortened</p>', 'Your link is published', 'SENT', 1, '', NULL, '2026-11-25 16:41:59.567165+00', '2026-11-25 16:41:59.727808+00', '2026-11-25 16:41:59.567166+00'),
	('95bcec86-3642-4962-95a5-12d89c12f4df', 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', 'submitted', 'ana@customers.example', 'Submitted for review', '<p>shortened</p>', 'Submitted for review', 'SENT', 1, '', NULL, '2026-11-25 16:39:50.234208+00', '2026-11-25 16:39:50.427818+00', '2026-11-25 16:39:50.234208+00'),
	('c728c93c-e9fb-4400-9a1e-f1616a00bec7', NULL, '48daf441-9cb3-4c98-99ec-b4ba4d56cc18', '', 'magic_link', 'gil@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:40:54.016153+00', '2026-11-25 16:40:54.060625+00', '2026-11-25 16:40:54.016153+00'),
	('19edd31d-9fb4-4134-9fc4-0252d7b630e4', NULL, '08dd8687-4cd3-4b9b-9f33-984466f55bc7', '', 'magic_link', 'ana@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:39:35.449954+00', '2026-11-25 16:39:35.745861+00', '2026-11-25 16:39:35.449954+00'),
	('e13c1e7a-b2dd-439a-b874-a057f4662715', 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '', 'order_received', 'ana@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:39:36.667862+00', '2026-11-25 16:39:36.990904+00', '2026-11-25 16:39:36.667862+00'),
	('2f1a96c4-980c-427e-9f24-ee40f0f71db0', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, 'backlink-int-ff9d3c38-514d-446c-83f1-69a7261d73a7', 'backlink_ready', 'eve@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:39:58.047831+00', '2026-11-25 16:39:58.138709+00', '2026-11-25 16:39:58.047831+00'),
	('93c5eaa9-31b8-4cce-82bb-560c702d25c1', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, 'backlink-int-f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', 'backlink_ready', 'ben@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:39:53.906263+00', '2026-11-25 16:39:54.05377+00', '2026-11-25 16:39:53.906263+00'),
	('b802d066-510a-43d6-9298-1c7ab4f54a36', '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '', 'order_received', 'lia@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:41:58.068829+00', '2026-11-25 16:41:58.153446+00', '2026-11-25 16:41:58.068829+00'),
	('eb7c9816-2ee2-4fdc-b0a4-7ca50c6b7d6c', '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, 'backlink-int-8abf487d-039e-4d6c-bb42-f5da9f04e316', 'backlink_ready', 'lia@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:41:58.313143+00', '2026-11-25 16:41:58.374937+00', '2026-11-25 16:41:58.313143+00'),
	('4e0475f3-a0c4-4734-b4e6-70bd20abafb6', NULL, '2a99b4cd-b0e3-499b-95b4-c811e6b68c24', '', 'magic_link', 'eve@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:39:56.884961+00', '2026-11-25 16:39:57.002728+00', '2026-11-25 16:39:56.884961+00'),
	('38104432-3c35-4543-95b5-e071f2b8689e', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '28f82d1a-f453-4569-8af6-cf73d2023ec9', 'submitted', 'eve@customers.example', 'Submitted for review', '<p>shortened</p>', 'Submitted for review', 'SENT', 1, '', NULL, '2026-11-25 16:39:58.494467+00', '2026-11-25 16:39:58.707948+00', '2026-11-25 16:39:58.494467+00'),
	('3691aca9-757c-4ada-af1a-505e17db03da', '51acac1c-e8ff-4836-b4d4-dd01386fdb35', NULL, '', 'order_received', 'ivy@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:42:00.256837+00', '2026-11-25 16:42:00.397728+00', '2026-11-25 16:42:00.256837+00'),
	('5ffa1423-2143-4615-ad0a-0eaf350b7f41', '1e067997-c4f2-401f-8edf-ce8d3acdf244', NULL, '', 'order_received', 'joe@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:42:08.843907+00', '2026-11-25 16:42:09.100115+00', '2026-11-25 16:42:08.843907+00'),
	('2ff76de9-3d7b-41bc-abcf-d6b3ffb6c202', NULL, '1431deab-88c5-4667-81d0-348b7e926627', '', 'magic_link', 'joe@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:42:08.223901+00', '2026-11-25 16:42:08.416289+00', '2026-11-25 16:42:08.223901+00'),
	('fba2eafd-6302-4b71-a604-63dca8ffa5a0', '1e067997-c4f2-401f-8edf-ce8d3acdf244', NULL, 'dispute-du_38866e0c0f8247229a04a7fe', 'operator_alert', 'operator@localhost', 'blogqueue: A payment is disputed', '<p>shortened</p>', 'blogqueue: A payment is disputed', 'SENT', 1, '', NULL, '2026-11-25 16:42:10.012737+00', '2026-11-25 16:42:10.168301+00', '2026-11-25 16:42:10.012737+00'),
	('65b0614d-004d-4001-b19c-ed16d589ce19', '51acac1c-e8ff-4836-b4d4-dd01386fdb35', NULL, 'backlink-int-51acac1c-e8ff-4836-b4d4-dd01386fdb35#3', 'order_failed', 'ivy@customers.example', 'Order Processing Issue', '<p>shortened</p>', 'Order Processing Issue', 'SENT', 1, '', NULL, '2026-11-25 16:42:07.338683+00', '2026-11-25 16:42:07.476654+00', '2026-11-25 16:42:07.338683+00'),
	('544127c2-7556-418d-abce-e760c73b8062', NULL, 'c78ba4ae-52d5-44ba-ad5f-6405fd8f1d2c', '', 'magic_link', 'kim@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:45:07.819028+00', '2026-11-25 16:45:07.900813+00', '2026-11-25 16:45:07.819028+00'),
	('7e0f50bf-594e-401e-b98d-b3f432f42f2d', '3f080528-9fab-4ebc-9e62-fbebbd97814e', NULL, '', 'order_received', 'kim@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:45:08.235082+00', '2026-11-25 16:45:08.332401+00', '2026-11-25 16:45:08.235082+00'),
	('8f7facab-d2c1-43bc-aab3-700dacbc77bc', 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, 'backlink-int-bac2aa51-e129-4e60-99a0-88ebdaeb856f', 'backlink_ready', 'ana@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:39:49.796135+00', '2026-11-25 16:39:49.976519+00', '2026-11-25 16:39:49.796135+00'),
	('6c3a88c8-d3a6-4dff-b5b2-7b64cd3fa755', NULL, 'cc5d05e3-a1d7-481e-91bd-bfe4ff66935f', '', 'magic_link', 'ivy@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:41:59.725546+00', '2026-11-25 16:41:59.841005+00', '2026-11-25 16:41:59.725546+00'),
	('ac713733-438b-4a4f-8e11-de2721db4c97', 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '', 'order_received', 'dan@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:39:51.328532+00', '2026-11-25 16:39:51.627885+00', '2026-11-25 16:39:51.328532+00'),
	('afa055e6-39c7-475b-8219-33dc9697ad1f', 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '', 'published', 'ana@customers.example', 'Your link is published', '<p>shortened</p>', 'Your link is published', 'SENT', 1, '', NULL, '2026-11-25 16:39:50.593589+00', '2026-11-25 16:39:50.941551+00', '2026-11-25 16:39:50.593589+00'),
	('44e58b64-81c0-46e4-8964-9d010452d3a4', NULL, '841ab550-89f8-479f-9f59-9cfcb43c568f', '', 'magic_link', 'dan@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:39:50.708017+00', '2026-11-25 16:39:50.981508+00', '2026-11-25 16:39:50.708017+00'),
	('bae59014-fd60-4aef-a095-7ad26bd3e4c7', 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, 'backlink-int-c266d61a-ee3f-4479-b6a2-e666e811756a', 'backlink_ready', 'dan@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:39:51.737458+00', '2026-11-25 16:39:51.981216+00', '2026-11-25 16:39:51.737458+00'),
	('100ed3c8-1ed7-4dd0-93a9-32767ca431f7', 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '', 'published', 'dan@customers.example', 'Your link is published', '<p>shortened</p>', 'Your link is published', 'SENT', 1, '', NULL, '2026-11-25 16:39:52.49101+00', '2026-11-25 16:39:52.692882+00', '2026-11-25 16:39:52.49101+00'),
	('3e801e02-0b0f-47f2-97ac-aeada50b17ef', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, '', 'order_received', 'ben@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:39:53.283858+00', '2026-11-25 16:39:53.558396+00', '2026-11-25 16:39:53.283858+00'),
	('0c4b27ed-7a59-4bc4-9f42-7604d9b1922c', NULL, 'd94f409e-775e-4c01-b3e9-b298369389ce', '', 'magic_link', 'cleo@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:39:55.549644+00', '2026-11-25 16:39:55.659061+00', '2026-11-25 16:39:55.549644+00'),
	('655eaa2a-f06e-4413-a1ae-d29425c8fdab', 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', NULL, '', 'order_received', 'cleo@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:39:56.06496+00', '2026-11-25 16:39:56.158509+00', '2026-11-25 16:39:56.06496+00'),
	('c1a792cf-e9cb-4f98-86fb-b6c4c84e6f3f', 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', NULL, '6c64294f-2e32-4def-8399-8472e626c628', 'submitted', 'cleo@customers.example', 'Submitted for review', '<p>shortened</p>', 'Submitted for review', 'SENT', 1, '', NULL, '2026-11-25 16:39:56.746011+00', '2026-11-25 16:39:56.832963+00', '2026-11-25 16:39:56.746011+00'),
	('1faa5557-bc13-4489-a29b-c43550974d84', 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, 'backlink-int-f86d8e59-e3d9-46bc-bb0c-f2ed567110d7-regen-1795624794309', 'regeneration_ready', 'ben@customers.example', 'Your Regeneration is Ready', '<p>shortened</p>', 'Your Regeneration is Ready', 'SENT', 1, '', NULL, '2026-11-25 16:39:54.599241+00', '2026-11-25 16:39:54.700289+00', '2026-11-25 16:39:54.599241+00'),
	('db60a992-1b78-4635-9571-f59c01683953', 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', NULL, 'backlink-int-f00e6f7a-0286-4c26-9832-3ec6c379a2f4', 'backlink_ready', 'cleo@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:39:56.426682+00', '2026-11-25 16:39:56.570881+00', '2026-11-25 16:39:56.426682+00'),
	('56c770cf-e773-441d-948a-23b790997a34', '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '8cb0730f-bc9b-42fe-ae88-718001322180', 'submitted', 'lia@customers.example', 'Submitted for review', '<p>shortened</p>', 'Submitted for review', 'SENT', 1, '', NULL, '2026-11-25 16:41:59.357063+00', '2026-11-25 16:41:59.48509+00', '2026-11-25 16:41:59.357063+00'),
	('ab3b930d-6751-4617-951c-9a51e23d683c', '1e067997-c4f2-401f-8edf-ce8d3acdf244', NULL, 'backlink-int-1e067997-c4f2-401f-8edf-ce8d3acdf244', 'backlink_ready', 'joe@customers.example', 'Your Backlink is Ready for Review', '<p>shortened</p>', 'Your Backlink is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:42:09.168251+00', '2026-11-25 16:42:09.301485+00', '2026-11-25 16:42:09.168251+00'),
	('81e8722d-9000-4e7f-8d28-3a7868b4f705', '51acac1c-e8ff-4836-b4d4-dd01386fdb35', NULL, 'backlink-int-51acac1c-e8ff-4836-b4d4-dd01386fdb35#3', 'operator_alert', 'operator@localhost', 'blogqueue: An order''s job failed', '<p>shortened</p>', 'blogqueue: An order''s job failed', 'SENT', 1, '', NULL, '2026-11-25 16:42:07.364668+00', '2026-11-25 16:42:07.535878+00', '2026-11-25 16:42:07.364668+00'),
	('8909cabe-8fdf-4b75-8a9f-5fdb059884ba', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '', 'order_received', 'eve@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:39:57.404677+00', '2026-11-25 16:39:57.755919+00', '2026-11-25 16:39:57.404677+00'),
	('e7e60d1f-6d5e-49e7-817a-94f153975840', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '', 'rejected', 'eve@customers.example', 'Your link was not approved', '<p>shortened</p>', 'Your link was not approved', 'SENT', 1, '', NULL, '2026-11-25 16:39:58.867368+00', '2026-11-25 16:39:59.038032+00', '2026-11-25 16:39:58.867368+00'),
	('73a2a24d-8bd8-4ff9-beda-771fc6a26f3b', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '', 'refunded', 'eve@customers.example', 'Your payment was refunded', '<p>shortened</p>', 'Your payment was refunded', 'SENT', 1, '', NULL, '2026-11-25 16:39:59.388261+00', '2026-11-25 16:39:59.559853+00', '2026-11-25 16:39:59.388261+00'),
	('7e4786fb-c146-43e2-be85-3e32a2e6bcde', NULL, '0dcfc286-3375-4459-91e3-5ba6680094fb', '', 'magic_link', 'fay@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:39:59.969983+00', '2026-11-25 16:40:00.104273+00', '2026-11-25 16:39:59.969983+00'),
	('a8f387b7-4301-4b0b-b3f8-1fb4bfe62ac5', '94a52eac-61c0-46fb-80fc-686d2825828c', NULL, 'article-gen-94a52eac-61c0-46fb-80fc-686d2825828c', 'article_ready', 'fay@customers.example', 'Your Article is Ready for Review', '<p>shortened</p>', 'Your Article is Ready for Review', 'SENT', 1, '', NULL, '2026-11-25 16:40:07.716607+00', '2026-11-25 16:40:07.864688+00', '2026-11-25 16:40:07.716607+00'),
	('e9e01ec6-f291-4675-b3c6-432df2f744d1', '94a52eac-61c0-46fb-80fc-686d2825828c', NULL, '', 'order_received', 'fay@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:40:00.629048+00', '2026-11-25 16:40:00.882351+00', '2026-11-25 16:40:00.629048+00'),
	('06579fd4-a58b-43ff-8ffc-dd84811616a5', '3f080528-9fab-4ebc-9e62-fbebbd97814e', NULL, 'backlink-int-3f080528-9fab-4ebc-9e62-fbebbd97814e#3', 'order_failed', 'kim@customers.example', 'Order Processing Issue', '<p>shortened</p>', 'Order Processing Issue', 'SENT', 1, '', NULL, '2026-11-25 16:48:14.656745+00', '2026-11-25 16:48:14.751563+00', '2026-11-25 16:48:14.656745+00'),
	('4250dc16-584a-4dc2-bff7-364e4d3cbe84', '3f080528-9fab-4ebc-9e62-fbebbd97814e', NULL, 'backlink-int-3f080528-9fab-4ebc-9e62-fbebbd97814e#3', 'operator_alert', 'operator@localhost', 'blogqueue: An order''s job failed', '<p>shortened</p>', 'blogqueue: An order''s job failed', 'SENT', 1, '', NULL, '2026-11-25 16:48:14.660533+00', '2026-11-25 16:48:14.789311+00', '2026-11-25 16:48:14.660533+00'),
	('db3bfdc6-afed-4699-875e-204ff344069b', NULL, '9e632847-43a1-41b6-bb6e-0a7f0c4c0828', '', 'magic_link', 'max@customers.example', 'Confirm your purchase', '<p>shortened</p>', 'Confirm your purchase', 'SENT', 1, '', NULL, '2026-11-25 16:50:27.47077+00', '2026-11-25 16:50:27.502825+00', '2026-11-25 16:50:27.47077+00'),
	('9189a23f-276c-43f8-af58-64409715f8d6', 'a1492980-2ca6-45c0-97b8-35d6d1460763', NULL, '', 'order_received', 'max@customers.example', 'We received your order', '<p>shortened</p>', 'We received your order', 'SENT', 1, '', NULL, '2026-11-25 16:50:27.861269+00', '2026-11-25 16:50:27.914283+00', '2026-11-25 16:50:27.861269+00');


INSERT INTO public.migration VALUES
	(1, '2026-11-23T15:30:06:543799', 'blogqueue', '2026-11-25 16:38:25.463395'),
	(2, '2026-11-23T15:31:00:000000', 'blogqueue', '2026-11-25 16:38:25.666045'),
	(3, '2026-11-23T19:05:00:000000', 'blogqueue', '2026-11-25 16:38:25.705414'),
	(4, '2026-11-23T19:08:22:770173', 'blogqueue', '2026-11-25 16:38:25.765284'),
	(5, '2026-11-23T19:20:00:000000', 'blogqueue', '2026-11-25 16:38:25.812819'),
	(6, '2026-11-24T22:05:00:000000', 'blogqueue', '2026-11-25 16:38:25.854464'),
	(7, '2026-11-24T22:40:00:000000', 'blogqueue', '2026-11-25 16:38:25.881099'),
	(8, '2026-11-24T22:41:00:000000', 'blogqueue', '2026-11-25 16:38:25.89116'),
	(9, '2026-11-24T22:42:00:000000', 'blogqueue', '2026-11-25 16:38:25.927828'),
	(10, '2026-11-24T22:55:00:000000', 'blogqueue', '2026-11-25 16:38:25.98976'),
	(11, '2026-11-24T23:10:00:000000', 'blogqueue', '2026-11-25 16:38:26.057074'),
	(12, '2026-11-24T23:10:30:000000', 'blogqueue', '2026-11-25 16:38:26.135033'),
	(13, '2019-11-14T21:52:21', 'user', '2026-11-25 16:38:26.241655'),
	(14, '2020-06-11T21:38:55', 'user', '2026-11-25 16:38:26.278761'),
	(15, '2021-04-30T16:14:15', 'user', '2026-11-25 16:38:26.310393'),
	(16, '2019-11-12T20:47:17', 'session_auth', '2026-11-25 16:38:26.363996'),
	(17, '2026-05-27T16:15:06:677127', 'session_auth', '2026-11-25 16:38:26.37653'),
	(18, '2024-08-08T21:41:46:837552', 'mfa_authenticator', '2026-11-25 16:38:26.447884');


INSERT INTO public.order_events VALUES
	(1, NULL, '8bb1879d-4290-4dd1-823a-ee14e75d7752', '2026-11-25 16:38:32.65552+00', 'import', 'publish text', 'DRAFT', 'PUBLISHED', 'version 7727d265-1edc-4919-b598-95f2a519446c'),
	(2, NULL, 'd7805189-f297-4aab-ab1b-1353421192a3', '2026-11-25 16:38:32.726184+00', 'import', 'publish text', 'DRAFT', 'PUBLISHED', 'version a3c1f7c4-de88-4d96-a07c-52136b57ffd7'),
	(5, NULL, '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', '2026-11-25 16:38:33.110271+00', 'import', 'publish text', 'DRAFT', 'PUBLISHED', 'version 132f9f16-a30d-485d-a423-d7ced2e3f097'),
	(6, NULL, '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', '2026-11-25 16:38:33.182603+00', 'import', 'publish text', 'DRAFT', 'PUBLISHED', 'version fec7a6d4-6824-4458-9322-ebde2462610a'),
	(7, 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '2026-11-25 16:39:36.592371+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(8, 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '2026-11-25 16:39:49.688098+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(9, 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '2026-11-25 16:39:50.188156+00', 'customer', 'submit', 'QUALITY_CHECK', 'ADMIN_REVIEW', ''),
	(10, 'bac2aa51-e129-4e60-99a0-88ebdaeb856f', NULL, '2026-11-25 16:39:50.51602+00', 'demo-7ce670fb', 'approve', 'ADMIN_REVIEW', 'COMPLETED', ''),
	(11, NULL, 'd7805189-f297-4aab-ab1b-1353421192a3', '2026-11-25 16:39:50.608161+00', 'demo-7ce670fb', 'publish', '', '', 'version 0f0fcb0c-8bf7-4740-9d64-b73168c27c9b of order bac2aa51-e129-4e60-99a0-88ebdaeb856f'),
	(12, 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '2026-11-25 16:39:51.314162+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(13, 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '2026-11-25 16:39:51.729101+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(14, 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '2026-11-25 16:39:52.11668+00', 'customer', 'submit', 'QUALITY_CHECK', 'ADMIN_REVIEW', ''),
	(15, 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '2026-11-25 16:39:52.471932+00', 'demo-7ce670fb', 'approve', 'ADMIN_REVIEW', 'COMPLETED', ''),
	(16, NULL, '8bb1879d-4290-4dd1-823a-ee14e75d7752', '2026-11-25 16:39:52.497117+00', 'demo-7ce670fb', 'publish', '', '', 'version 5528a0ac-aeaa-47a8-9c5b-f8f510251e15 of order c266d61a-ee3f-4479-b6a2-e666e811756a'),
	(17, 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, '2026-11-25 16:39:53.269894+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(18, 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, '2026-11-25 16:39:53.859837+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(19, 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, '2026-11-25 16:39:54.300654+00', 'customer', 'regenerate', 'QUALITY_CHECK', 'PROCESSING', ''),
	(20, 'f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', NULL, '2026-11-25 16:39:54.551565+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(21, 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', NULL, '2026-11-25 16:39:56.049571+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(22, 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', NULL, '2026-11-25 16:39:56.4207+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(23, 'f00e6f7a-0286-4c26-9832-3ec6c379a2f4', NULL, '2026-11-25 16:39:56.740765+00', 'customer', 'submit', 'QUALITY_CHECK', 'ADMIN_REVIEW', ''),
	(24, 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '2026-11-25 16:39:57.376192+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(25, 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '2026-11-25 16:39:58.021225+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(26, 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '2026-11-25 16:39:58.47368+00', 'customer', 'submit', 'QUALITY_CHECK', 'ADMIN_REVIEW', ''),
	(27, 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '2026-11-25 16:39:58.749715+00', 'demo-7ce670fb', 'reject', 'ADMIN_REVIEW', 'FAILED', 'We do not link to shops.'),
	(28, 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '2026-11-25 16:39:58.789883+00', 'demo-7ce670fb', 'refund initiated', '', '', ''),
	(29, 'ff9d3c38-514d-446c-83f1-69a7261d73a7', NULL, '2026-11-25 16:39:59.312082+00', 'stripe', 'refund succeeded', '', '', ''),
	(30, NULL, 'b9f760d0-449e-4e9b-97e9-689e9f50b19a', '2026-11-25 16:40:00.564749+00', 'stripe', 'draft article', '', 'DRAFT', ''),
	(31, '94a52eac-61c0-46fb-80fc-686d2825828c', NULL, '2026-11-25 16:40:00.579062+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(32, '94a52eac-61c0-46fb-80fc-686d2825828c', NULL, '2026-11-25 16:40:07.653904+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(33, '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '2026-11-25 16:41:58.058739+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(34, '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '2026-11-25 16:41:58.291231+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(35, '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '2026-11-25 16:41:59.345498+00', 'customer', 'submit', 'QUALITY_CHECK', 'ADMIN_REVIEW', ''),
	(36, '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '2026-11-25 16:41:59.540831+00', 'demo-7ce670fb', 'approve', 'ADMIN_REVIEW', 'COMPLETED', ''),
	(37, NULL, '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', '2026-11-25 16:41:59.569191+00', 'demo-7ce670fb', 'publish', '', '', 'version 8cb0730f-bc9b-42fe-ae88-718001322180 of order 8abf487d-039e-4d6c-bb42-f5da9f04e316'),
	(38, '51acac1c-e8ff-4836-b4d4-dd01386fdb35', NULL, '2026-11-25 16:42:00.240459+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(39, '51acac1c-e8ff-4836-b4d4-dd01386fdb35', NULL, '2026-11-25 16:42:07.289463+00', 'worker', 'job failed', 'PROCESSING', 'FAILED', 'no proposal passed the checks; the last one broke: words_kept, length'),
	(40, '1e067997-c4f2-401f-8edf-ce8d3acdf244', NULL, '2026-11-25 16:42:08.826162+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(41, '1e067997-c4f2-401f-8edf-ce8d3acdf244', NULL, '2026-11-25 16:42:09.156415+00', 'worker', 'version delivered', 'PROCESSING', 'QUALITY_CHECK', ''),
	(42, '1e067997-c4f2-401f-8edf-ce8d3acdf244', NULL, '2026-11-25 16:42:09.983677+00', 'stripe', 'A payment is disputed', '', '', ''),
	(43, '3f080528-9fab-4ebc-9e62-fbebbd97814e', NULL, '2026-11-25 16:45:08.226318+00', 'stripe', 'paid', '', 'PROCESSING', ''),
	(44, '3f080528-9fab-4ebc-9e62-fbebbd97814e', NULL, '2026-11-25 16:48:14.6505+00', 'worker', 'job failed', 'PROCESSING', 'FAILED', 'the model could not be reached: APITimeoutError: Request timed out.'),
	(45, NULL, '8bb1879d-4290-4dd1-823a-ee14e75d7752', '2026-11-25 16:50:16.707965+00', 'edith', 'publish text', 'PUBLISHED', 'PUBLISHED', 'version 5171f1fb-ed5e-4bb8-9cf0-8eced3385dd5; paid links dropped: The page behind the link is gone.'),
	(46, 'c266d61a-ee3f-4479-b6a2-e666e811756a', NULL, '2026-11-25 16:50:16.710298+00', 'edith', 'paid link dropped', '', '', 'The page behind the link is gone.'),
	(47, NULL, '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', '2026-11-25 16:50:16.720023+00', 'edith', 'take down', 'PUBLISHED', 'UNPUBLISHED', 'The author asked us to.'),
	(48, '8abf487d-039e-4d6c-bb42-f5da9f04e316', NULL, '2026-11-25 16:50:16.720696+00', 'edith', 'article taken down', '', '', 'The author asked us to.'),
	(49, 'a1492980-2ca6-45c0-97b8-35d6d1460763', NULL, '2026-11-25 16:50:27.854929+00', 'stripe', 'paid', '', 'PROCESSING', '');


INSERT INTO public.orders VALUES
	('bac2aa51-e129-4e60-99a0-88ebdaeb856f', 'cs_test_0e10c7641a814ad29f55ec88b83ec9fa972c93db9ee44180b7d15dd503', '08dd8687-4cd3-4b9b-9f33-984466f55bc7', 'd7805189-f297-4aab-ab1b-1353421192a3', '0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', 'backlink', 'ana@customers.example', '{"notes": "Near the middle, please.", "keyword": "a guide to mulching", "target_url": "https://www.anasgarden.example/mulch"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_0e10c7641a814ad29f55ec88b83ec9fa972c93db9ee44180b7d15dd503", "paymentIntent": "pi_2596c0959b0e4454be093a08"}', 4900, 'EUR', 'sponsored', 'COMPLETED', NULL, '', NULL, 'NONE', NULL, false, 'ed0321866c43862f22121d8af1e4511d47b626087e608173322aaa8151fd9166', 0, 2, 1032, '2026-11-25 16:39:36.582954+00', '2026-11-25 16:39:50.506691+00', '2026-11-25 16:39:50.506691+00', NULL),
	('f00e6f7a-0286-4c26-9832-3ec6c379a2f4', 'cs_test_bdb55d1294854dc7bd475e9c7900b76823b5a4f6ebb04783ab1e5b4626', 'd94f409e-775e-4c01-b3e9-b298369389ce', '8bb1879d-4290-4dd1-823a-ee14e75d7752', '6c64294f-2e32-4def-8399-8472e626c628', 'backlink', 'cleo@customers.example', '{"notes": "Near the middle, please.", "keyword": "collecting rain", "target_url": "https://rain.example/"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_bdb55d1294854dc7bd475e9c7900b76823b5a4f6ebb04783ab1e5b4626", "paymentIntent": "pi_011f9c0349b44ba085668b49"}', 4900, 'EUR', 'sponsored', 'ADMIN_REVIEW', NULL, '', NULL, 'NONE', NULL, false, 'b7df433d11cb5f224bae47b3317eaf0661f6c478ccb8cbf6c7fd8d347e773a1d', 0, 2, 1071, '2026-11-25 16:39:56.048829+00', '2026-11-25 16:39:56.740145+00', NULL, NULL),
	('f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', 'cs_test_06e64c44e44a4c419d9f471e902bbf0acf575e2c4c694100a72361c7cc', 'dbd3c968-cd04-4feb-a071-3af092a76e2f', 'd7805189-f297-4aab-ab1b-1353421192a3', '0f69349f-3888-4169-b292-17b7b07987ce', 'backlink', 'ben@customers.example', '{"notes": "Near the middle, please.", "keyword": "worm farming", "target_url": "https://worms.example/"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_06e64c44e44a4c419d9f471e902bbf0acf575e2c4c694100a72361c7cc", "paymentIntent": "pi_cffbcd3cd10b44c9930c8348"}', 4900, 'EUR', 'sponsored', 'QUALITY_CHECK', NULL, '', NULL, 'NONE', NULL, false, 'b58eae81766ebc21f3d683af2ea79d3c2ed289e17ccbf5549dd004453cdd4f09', 1, 4, 1713, '2026-11-25 16:39:53.2679+00', '2026-11-25 16:39:54.550737+00', NULL, NULL),
	('ff9d3c38-514d-446c-83f1-69a7261d73a7', 'cs_test_882202e57b624beb8264a0e323aeab137eb9169614e84bf89dd7cdece0', '2a99b4cd-b0e3-499b-95b4-c811e6b68c24', '8bb1879d-4290-4dd1-823a-ee14e75d7752', '28f82d1a-f453-4569-8af6-cf73d2023ec9', 'backlink', 'eve@customers.example', '{"notes": "Near the middle, please.", "keyword": "a shop for spades", "target_url": "https://eve.example/"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_882202e57b624beb8264a0e323aeab137eb9169614e84bf89dd7cdece0", "paymentIntent": "pi_aec83203340e4366a682122d"}', 4900, 'EUR', 'sponsored', 'FAILED', 'rejected', 'We do not link to shops.', 4, 'SUCCEEDED', '2026-11-25 16:39:58.760499+00', false, '69b168cb0484a8cb220f36246321437d815360b2305c6b894b23feab3afe41af', 0, 2, 1049, '2026-11-25 16:39:57.375559+00', '2026-11-25 16:39:59.284563+00', NULL, NULL),
	('94a52eac-61c0-46fb-80fc-686d2825828c', 'cs_test_dca16e84d9c74e46a38b3790a02b9c8bd33dea2c4c9640f181a733377b', '0dcfc286-3375-4459-91e3-5ba6680094fb', 'b9f760d0-449e-4e9b-97e9-689e9f50b19a', '76203ec0-b54b-4e50-b095-7cddba1dd723', 'article', 'fay@customers.example', '{"notes": "", "keyword": "pots that hold water", "target_url": "https://pots.example/"}', '{"paid": "149.00 EUR", "amount": 14900, "currency": "EUR", "sessionId": "cs_test_dca16e84d9c74e46a38b3790a02b9c8bd33dea2c4c9640f181a733377b", "paymentIntent": "pi_cfaf23fb147947fcb320fe4f"}', 14900, 'EUR', 'sponsored', 'QUALITY_CHECK', NULL, '', NULL, 'NONE', NULL, false, '304e7af50b1f5c4157476c91d0ae0657fa861da160407c500639c2a19f654e1c', 0, 2, 3424, '2026-11-25 16:40:00.568251+00', '2026-11-25 16:40:07.647175+00', NULL, NULL),
	('8abf487d-039e-4d6c-bb42-f5da9f04e316', 'cs_test_9a81f49aaa814f2fb7e116aed5240f7dcefcfca6bfc84715940f4313c0', '6d521191-1101-438f-8fd4-5039ba118464', '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', '8cb0730f-bc9b-42fe-ae88-718001322180', 'backlink', 'lia@customers.example', '{"notes": "Near the middle, please.", "keyword": "a map of the moor", "target_url": "https://lia.example/"}', '{"paid": "65.00 EUR", "amount": 6500, "currency": "EUR", "sessionId": "cs_test_9a81f49aaa814f2fb7e116aed5240f7dcefcfca6bfc84715940f4313c0", "paymentIntent": "pi_f091dfea3cf543999f41042a"}', 6500, 'EUR', 'nofollow', 'COMPLETED', NULL, '', NULL, 'NONE', NULL, false, 'd6764254964330eebef41f14864e9bb0e737c248e2943d812cda7195deff14fd', 0, 2, 1155, '2026-11-25 16:41:58.052048+00', '2026-11-25 16:41:59.537532+00', '2026-11-25 16:41:59.537532+00', NULL),
	('1e067997-c4f2-401f-8edf-ce8d3acdf244', 'cs_test_489af7f4c8c744d98e560b649b3e72052868e71ebe0b4a0ba8c20dac4c', '1431deab-88c5-4667-81d0-348b7e926627', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', 'dfe23215-eec2-494d-8cd1-5d56f5aed720', 'backlink', 'joe@customers.example', '{"notes": "Near the middle, please.", "keyword": "a tent for two", "target_url": "https://joe.example/"}', '{"paid": "65.00 EUR", "amount": 6500, "currency": "EUR", "sessionId": "cs_test_489af7f4c8c744d98e560b649b3e72052868e71ebe0b4a0ba8c20dac4c", "paymentIntent": "pi_e443994c1f324829b94b422a"}', 6500, 'EUR', 'nofollow', 'QUALITY_CHECK', NULL, '', NULL, 'NONE', NULL, true, '2165189f07b45207eb755d2af9aacd7e84f3951f0bdc6dbfa271147b3f733ef9', 0, 2, 1027, '2026-11-25 16:42:08.821293+00', '2026-11-25 16:42:09.968224+00', NULL, NULL),
	('51acac1c-e8ff-4836-b4d4-dd01386fdb35', 'cs_test_35ad22861cb54e67806c175eff0e679a2e2bd10afb884552b1c122da58', 'cc5d05e3-a1d7-481e-91bd-bfe4ff66935f', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', NULL, 'backlink', 'ivy@customers.example', '{"notes": "Near the middle, please.", "keyword": "a walk by the sea", "target_url": "https://ivy.example/"}', '{"paid": "65.00 EUR", "amount": 6500, "currency": "EUR", "sessionId": "cs_test_35ad22861cb54e67806c175eff0e679a2e2bd10afb884552b1c122da58", "paymentIntent": "pi_4c00ef22a1694c8c9360e47c"}', 6500, 'EUR', 'nofollow', 'FAILED', 'job_failed', 'We could not work your link in.', 2, 'NONE', '2026-11-26 16:42:07.292259+00', false, 'cca341d44aeee0fdc712fbb07c369116f09dabe0b62f8afb195e2ff721ab2ecc', 0, 9, 5574, '2026-11-25 16:42:00.237821+00', '2026-11-25 16:42:07.288587+00', NULL, NULL),
	('3f080528-9fab-4ebc-9e62-fbebbd97814e', 'cs_test_c516fb63f38f4a52a018547480af1b130cc0438002634dcc9aa89cbe05', 'c78ba4ae-52d5-44ba-ad5f-6405fd8f1d2c', 'd7805189-f297-4aab-ab1b-1353421192a3', NULL, 'backlink', 'kim@customers.example', '{"notes": "Near the middle, please.", "keyword": "a lamp for the trail", "target_url": "https://kim.example/"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_c516fb63f38f4a52a018547480af1b130cc0438002634dcc9aa89cbe05", "paymentIntent": "pi_024573752d964fd1bfbef5f7"}', 4900, 'EUR', 'sponsored', 'FAILED', 'job_failed', 'We could not work your link in.', 2, 'NONE', '2026-11-26 16:48:14.652584+00', false, 'c92c592522b2db2cac07655e6e658c3355e2352d0330d66d7c6fc4927756291f', 0, 0, 0, '2026-11-25 16:45:08.225273+00', '2026-11-25 16:48:14.649236+00', NULL, NULL),
	('c266d61a-ee3f-4479-b6a2-e666e811756a', 'cs_test_c370cda6898848039d9ae639ce7f33ea2521d6c12d404a0fa223738282', '841ab550-89f8-479f-9f59-9cfcb43c568f', '8bb1879d-4290-4dd1-823a-ee14e75d7752', '5528a0ac-aeaa-47a8-9c5b-f8f510251e15', 'backlink', 'dan@customers.example', '{"notes": "Near the middle, please.", "keyword": "a book on ponds", "target_url": "https://dan.example/"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_c370cda6898848039d9ae639ce7f33ea2521d6c12d404a0fa223738282", "paymentIntent": "pi_a7a322e167bd46feacab250b"}', 4900, 'EUR', 'sponsored', 'COMPLETED', NULL, '', NULL, 'NONE', NULL, false, '242b825e2a1e9f2a87ba2e8dff959778578146ad6b071373f8ce4791964fccaa', 0, 2, 1123, '2026-11-25 16:39:51.313226+00', '2026-11-25 16:39:52.459148+00', '2026-11-25 16:39:52.459148+00', '2026-11-25 16:50:16.709416+00'),
	('a1492980-2ca6-45c0-97b8-35d6d1460763', 'cs_test_95890765909044d7a936d9fa9299a365cfcf4788c65141bfab3c801d36', '9e632847-43a1-41b6-bb6e-0a7f0c4c0828', 'd7805189-f297-4aab-ab1b-1353421192a3', NULL, 'backlink', 'max@customers.example', '{"notes": "Near the middle, please.", "keyword": "a stove for two", "target_url": "https://max.example/"}', '{"paid": "49.00 EUR", "amount": 4900, "currency": "EUR", "sessionId": "cs_test_95890765909044d7a936d9fa9299a365cfcf4788c65141bfab3c801d36", "paymentIntent": "pi_434fee7345334f2da166f05e"}', 4900, 'EUR', 'sponsored', 'PROCESSING', NULL, '', NULL, 'NONE', NULL, false, 'a78e0f16915b4197bf5a9df89c1cd5c2041933b9319fe7f8164a3dba502f0d71', 0, 0, 0, '2026-11-25 16:50:27.853759+00', '2026-11-25 16:50:27.853759+00', NULL, NULL);




INSERT INTO public.purchases VALUES
	('08dd8687-4cd3-4b9b-9f33-984466f55bc7', 'backlink', 'd7805189-f297-4aab-ab1b-1353421192a3', 'a3c1f7c4-de88-4d96-a07c-52136b57ffd7', '{"notes": "Near the middle, please.", "target_url": "https://www.anasgarden.example/mulch", "anchor_text": "a guide to mulching"}', 'ana@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', '9a559e2571d99cfdef336913e6949f2c89debb71195fd7275ac1977e902e72c5', '2026-11-25 17:09:35.370003+00', 'cs_test_0e10c7641a814ad29f55ec88b83ec9fa972c93db9ee44180b7d15dd503', 'http://127.0.0.1:19612/checkout/cs_test_0e10c7641a814ad29f55ec88b83ec9fa972c93db9ee44180b7d15dd503', '2026-11-25 16:39:35.881452+00', '2026-11-25 17:40:35.881452+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:50:35.881452+00', '2026-11-25 16:39:35.388657+00', false, NULL, NULL, 'a link in “Watering less, and at the right hour”'),
	('841ab550-89f8-479f-9f59-9cfcb43c568f', 'backlink', '8bb1879d-4290-4dd1-823a-ee14e75d7752', '7727d265-1edc-4919-b598-95f2a519446c', '{"notes": "Near the middle, please.", "target_url": "https://dan.example/", "anchor_text": "a book on ponds"}', 'dan@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', '33ba699ee080bb24b723ac34ec56aded0674a769d8047de2fef4853890e203dc', '2026-11-25 17:09:50.696388+00', 'cs_test_c370cda6898848039d9ae639ce7f33ea2521d6c12d404a0fa223738282', 'http://127.0.0.1:19612/checkout/cs_test_c370cda6898848039d9ae639ce7f33ea2521d6c12d404a0fa223738282', '2026-11-25 16:39:51.123131+00', '2026-11-25 17:40:51.123131+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:50:51.123131+00', '2026-11-25 16:39:50.69775+00', false, NULL, NULL, 'a link in “Soil that feeds itself”'),
	('dbd3c968-cd04-4feb-a071-3af092a76e2f', 'backlink', 'd7805189-f297-4aab-ab1b-1353421192a3', '0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', '{"notes": "Near the middle, please.", "target_url": "https://worms.example/", "anchor_text": "worm farming"}', 'ben@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', 'b94e185e8af33da8f7d6be060bb96ca98d11e64c1539994ec8f673adfa28505e', '2026-11-25 17:09:52.590773+00', 'cs_test_06e64c44e44a4c419d9f471e902bbf0acf575e2c4c694100a72361c7cc', 'http://127.0.0.1:19612/checkout/cs_test_06e64c44e44a4c419d9f471e902bbf0acf575e2c4c694100a72361c7cc', '2026-11-25 16:39:53.076858+00', '2026-11-25 17:40:53.076858+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:50:53.076858+00', '2026-11-25 16:39:52.612851+00', false, NULL, NULL, 'a link in “Watering less, and at the right hour”'),
	('d94f409e-775e-4c01-b3e9-b298369389ce', 'backlink', '8bb1879d-4290-4dd1-823a-ee14e75d7752', '5528a0ac-aeaa-47a8-9c5b-f8f510251e15', '{"notes": "Near the middle, please.", "target_url": "https://rain.example/", "anchor_text": "collecting rain"}', 'cleo@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', 'b8ecc16bcb21e8dbe55cc5f73e004af49c488567997ab0818b8a93c086f6986e', '2026-11-25 17:09:55.543667+00', 'cs_test_bdb55d1294854dc7bd475e9c7900b76823b5a4f6ebb04783ab1e5b4626', 'http://127.0.0.1:19612/checkout/cs_test_bdb55d1294854dc7bd475e9c7900b76823b5a4f6ebb04783ab1e5b4626', '2026-11-25 16:39:55.909348+00', '2026-11-25 17:40:55.909348+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:50:55.909348+00', '2026-11-25 16:39:55.547907+00', false, NULL, NULL, 'a link in “Soil that feeds itself”'),
	('2a99b4cd-b0e3-499b-95b4-c811e6b68c24', 'backlink', '8bb1879d-4290-4dd1-823a-ee14e75d7752', '5528a0ac-aeaa-47a8-9c5b-f8f510251e15', '{"notes": "Near the middle, please.", "target_url": "https://eve.example/", "anchor_text": "a shop for spades"}', 'eve@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', 'ae887ec5736986de8102f47bb35d2a74a13270354e66f9cb7d0d8a06df519211', '2026-11-25 17:09:56.872081+00', 'cs_test_882202e57b624beb8264a0e323aeab137eb9169614e84bf89dd7cdece0', 'http://127.0.0.1:19612/checkout/cs_test_882202e57b624beb8264a0e323aeab137eb9169614e84bf89dd7cdece0', '2026-11-25 16:39:57.270252+00', '2026-11-25 17:40:57.270252+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:50:57.270252+00', '2026-11-25 16:39:56.872933+00', false, NULL, NULL, 'a link in “Soil that feeds itself”'),
	('0dcfc286-3375-4459-91e3-5ba6680094fb', 'article', NULL, NULL, '{"niche": "gardening", "topic": "Growing tomatoes on a balcony", "keyword": "balcony tomatoes", "target_url": "https://pots.example/", "anchor_text": "pots that hold water"}', 'fay@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', '0a82125e6b950870ec7cb11dbe9d8bcfc1365eb4c25d9f0b5f2176bbf0c701cc', '2026-11-25 17:09:59.953862+00', 'cs_test_dca16e84d9c74e46a38b3790a02b9c8bd33dea2c4c9640f181a733377b', 'http://127.0.0.1:19612/checkout/cs_test_dca16e84d9c74e46a38b3790a02b9c8bd33dea2c4c9640f181a733377b', '2026-11-25 16:40:00.420276+00', '2026-11-25 17:41:00.420276+00', 1, 14900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:51:00.420276+00', '2026-11-25 16:39:59.965364+00', false, '40a50609-ed99-4d0e-b2c8-54c3275eadd1', NULL, 'a new article about “Growing tomatoes on a balcony”'),
	('48daf441-9cb3-4c98-99ec-b4ba4d56cc18', 'backlink', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', '132f9f16-a30d-485d-a423-d7ced2e3f097', '{"notes": "", "target_url": "https://gil.example/", "anchor_text": "a recipe for stew"}', 'gil@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', 'a950473b243e64f8fc7d4252e53a935e9fea62d78a3dc5185039a5fcd8f56f50', '2026-11-25 17:10:54.009431+00', 'cs_test_edb43ef6a2ce4ef5a9825e58c4a3746b47aa50b262b94afa8278724803', 'http://127.0.0.1:19612/checkout/cs_test_edb43ef6a2ce4ef5a9825e58c4a3746b47aa50b262b94afa8278724803', '2026-11-25 16:40:54.377996+00', '2026-11-25 17:41:54.377996+00', 1, 6500, 'EUR', 'nofollow', 'OPEN', '', '2026-11-25 17:51:54.377996+00', '2026-11-25 16:40:54.010319+00', false, NULL, NULL, 'a link in “A week along a canal”'),
	('6d521191-1101-438f-8fd4-5039ba118464', 'backlink', '5e5951e7-0d6d-40eb-8a5c-ea0437eda25a', 'fec7a6d4-6824-4458-9322-ebde2462610a', '{"notes": "Near the middle, please.", "target_url": "https://lia.example/", "anchor_text": "a map of the moor"}', 'lia@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', 'e6b9986c0ef0dcb612ebe88505dc241d87d441dae0181d206ab454b40611d1a6', '2026-11-25 17:11:57.580675+00', 'cs_test_9a81f49aaa814f2fb7e116aed5240f7dcefcfca6bfc84715940f4313c0', 'http://127.0.0.1:19612/checkout/cs_test_9a81f49aaa814f2fb7e116aed5240f7dcefcfca6bfc84715940f4313c0', '2026-11-25 16:41:57.983149+00', '2026-11-25 17:42:57.983149+00', 1, 6500, 'EUR', 'nofollow', 'PAID', '', '2026-11-25 17:52:57.983149+00', '2026-11-25 16:41:57.581658+00', false, NULL, NULL, 'a link in “By night train with a bicycle”'),
	('cc5d05e3-a1d7-481e-91bd-bfe4ff66935f', 'backlink', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', '132f9f16-a30d-485d-a423-d7ced2e3f097', '{"notes": "Near the middle, please.", "target_url": "https://ivy.example/", "anchor_text": "a walk by the sea"}', 'ivy@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', 'd7d3165a37b6e25b5a367cfc68dbe6d4a5b983468f5e9c71da652f4d0863f1a7', '2026-11-25 17:11:59.709803+00', 'cs_test_35ad22861cb54e67806c175eff0e679a2e2bd10afb884552b1c122da58', 'http://127.0.0.1:19612/checkout/cs_test_35ad22861cb54e67806c175eff0e679a2e2bd10afb884552b1c122da58', '2026-11-25 16:42:00.143487+00', '2026-11-25 17:43:00.143487+00', 1, 6500, 'EUR', 'nofollow', 'PAID', '', '2026-11-25 17:53:00.143487+00', '2026-11-25 16:41:59.711043+00', false, NULL, NULL, 'a link in “A week along a canal”'),
	('1431deab-88c5-4667-81d0-348b7e926627', 'backlink', '7dfd2cff-4f0f-41e7-a93f-38fcc3dd30c2', '132f9f16-a30d-485d-a423-d7ced2e3f097', '{"notes": "Near the middle, please.", "target_url": "https://joe.example/", "anchor_text": "a tent for two"}', 'joe@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', '1d46f4af1b1ef447b5e14d365cebf10b3d6dc33cc9bf09b274e391d2eaa19667', '2026-11-25 17:12:08.208612+00', 'cs_test_489af7f4c8c744d98e560b649b3e72052868e71ebe0b4a0ba8c20dac4c', 'http://127.0.0.1:19612/checkout/cs_test_489af7f4c8c744d98e560b649b3e72052868e71ebe0b4a0ba8c20dac4c', '2026-11-25 16:42:08.664453+00', '2026-11-25 17:43:08.664453+00', 1, 6500, 'EUR', 'nofollow', 'PAID', '', '2026-11-25 17:53:08.664453+00', '2026-11-25 16:42:08.211682+00', false, NULL, NULL, 'a link in “A week along a canal”'),
	('c78ba4ae-52d5-44ba-ad5f-6405fd8f1d2c', 'backlink', 'd7805189-f297-4aab-ab1b-1353421192a3', '0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', '{"notes": "Near the middle, please.", "target_url": "https://kim.example/", "anchor_text": "a lamp for the trail"}', 'kim@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', '906ea140567b03e6dfe742ef78479d9c64e9d86bb348364855601dcb902c9acd', '2026-11-25 17:15:07.809517+00', 'cs_test_c516fb63f38f4a52a018547480af1b130cc0438002634dcc9aa89cbe05', 'http://127.0.0.1:19612/checkout/cs_test_c516fb63f38f4a52a018547480af1b130cc0438002634dcc9aa89cbe05', '2026-11-25 16:45:08.163853+00', '2026-11-25 17:46:08.163853+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 17:56:08.163853+00', '2026-11-25 16:45:07.817149+00', false, NULL, NULL, 'a link in “Watering less, and at the right hour”'),
	('9e632847-43a1-41b6-bb6e-0a7f0c4c0828', 'backlink', 'd7805189-f297-4aab-ab1b-1353421192a3', '0f0fcb0c-8bf7-4740-9d64-b73168c27c9b', '{"notes": "Near the middle, please.", "target_url": "https://max.example/", "anchor_text": "a stove for two"}', 'max@customers.example', 'e538ad43686a8c05753f41599f29dc499732ddebcc2fb45af03d0fce55f1ec47', '7e92b6f5c9f83a7d5698d79ee9786a1d45929a9f6cb7d39493483c76769ec09c', '2026-11-25 17:20:27.466579+00', 'cs_test_95890765909044d7a936d9fa9299a365cfcf4788c65141bfab3c801d36', 'http://127.0.0.1:19612/checkout/cs_test_95890765909044d7a936d9fa9299a365cfcf4788c65141bfab3c801d36', '2026-11-25 16:50:27.809566+00', '2026-11-25 17:51:27.809566+00', 1, 4900, 'EUR', 'sponsored', 'PAID', '', '2026-11-25 18:01:27.809566+00', '2026-11-25 16:50:27.468778+00', false, NULL, NULL, 'a link in “Watering less, and at the right hour”');




INSERT INTO public.refunds VALUES
	('a1214b60-7eb0-43f6-bd60-fc0b7b1d939f', 'ff9d3c38-514d-446c-83f1-69a7261d73a7', 4900, 'EUR', 'SUCCEEDED', 're_dffb0e31caf44c97800e2798', 0, '', '2026-11-25 16:40:58.944697+00', '2026-11-25 16:39:58.786082+00', '2026-11-25 16:39:59.264075+00', 1);




INSERT INTO public.stripe_events VALUES
	('evt_913b5602e3a642a499d9a235', 'checkout.session.completed', '{"id": "evt_913b5602e3a642a499d9a235", "data": {"object": {"id": "cs_test_0e10c7641a814ad29f55ec88b83ec9fa972c93db9ee44180b7d15dd503", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624776, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "08dd8687-4cd3-4b9b-9f33-984466f55bc7"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628435, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "ana@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_2596c0959b0e4454be093a08", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "ana@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "08dd8687-4cd3-4b9b-9f33-984466f55bc7", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624776, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order bac2aa51-e129-4e60-99a0-88ebdaeb856f', '2026-11-25 16:39:36.528516+00', '2026-11-25 16:39:36.669036+00'),
	('evt_0847d1e2ec0d4f259846fec0', 'checkout.session.completed', '{"id": "evt_0847d1e2ec0d4f259846fec0", "data": {"object": {"id": "cs_test_c370cda6898848039d9ae639ce7f33ea2521d6c12d404a0fa223738282", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624791, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "841ab550-89f8-479f-9f59-9cfcb43c568f"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628451, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "dan@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_a7a322e167bd46feacab250b", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "dan@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "841ab550-89f8-479f-9f59-9cfcb43c568f", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624791, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order c266d61a-ee3f-4479-b6a2-e666e811756a', '2026-11-25 16:39:51.258659+00', '2026-11-25 16:39:51.329382+00'),
	('evt_770fb4d7fc2c4a6ca91d75be', 'checkout.session.completed', '{"id": "evt_770fb4d7fc2c4a6ca91d75be", "data": {"object": {"id": "cs_test_06e64c44e44a4c419d9f471e902bbf0acf575e2c4c694100a72361c7cc", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624793, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "dbd3c968-cd04-4feb-a071-3af092a76e2f"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628453, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "ben@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_cffbcd3cd10b44c9930c8348", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "ben@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "dbd3c968-cd04-4feb-a071-3af092a76e2f", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624793, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order f86d8e59-e3d9-46bc-bb0c-f2ed567110d7', '2026-11-25 16:39:53.201107+00', '2026-11-25 16:39:53.284612+00'),
	('evt_48e981aed2854d90b7556ef7', 'checkout.session.completed', '{"id": "evt_48e981aed2854d90b7556ef7", "data": {"object": {"id": "cs_test_bdb55d1294854dc7bd475e9c7900b76823b5a4f6ebb04783ab1e5b4626", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624795, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "d94f409e-775e-4c01-b3e9-b298369389ce"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628455, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "cleo@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_011f9c0349b44ba085668b49", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "cleo@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "d94f409e-775e-4c01-b3e9-b298369389ce", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624795, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order f00e6f7a-0286-4c26-9832-3ec6c379a2f4', '2026-11-25 16:39:56.011234+00', '2026-11-25 16:39:56.068015+00'),
	('evt_74450f3a31ae4b9c8f1916a6', 'checkout.session.completed', '{"id": "evt_74450f3a31ae4b9c8f1916a6", "data": {"object": {"id": "cs_test_882202e57b624beb8264a0e323aeab137eb9169614e84bf89dd7cdece0", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624797, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "2a99b4cd-b0e3-499b-95b4-c811e6b68c24"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628457, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "eve@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_aec83203340e4366a682122d", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "eve@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "2a99b4cd-b0e3-499b-95b4-c811e6b68c24", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624797, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order ff9d3c38-514d-446c-83f1-69a7261d73a7', '2026-11-25 16:39:57.348001+00', '2026-11-25 16:39:57.412478+00'),
	('evt_efc3f5d41a9c4b65936d414c', 'refund.created', '{"id": "evt_efc3f5d41a9c4b65936d414c", "data": {"object": {"id": "re_dffb0e31caf44c97800e2798", "amount": 4900, "charge": "ch_47af5c9eca7c4756be34a75b", "object": "refund", "reason": null, "status": "succeeded", "created": 1795624799, "currency": "eur", "metadata": {"order_id": "ff9d3c38-514d-446c-83f1-69a7261d73a7"}, "failure_reason": null, "payment_intent": "pi_aec83203340e4366a682122d", "receipt_number": null, "transfer_reversal": null, "balance_transaction": null, "destination_details": {"card": {"type": "refund", "reference_status": "pending"}, "type": "card"}, "source_transfer_reversal": null}}, "type": "refund.created", "object": "event", "created": 1795624799, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'refund noted', '2026-11-25 16:39:59.232537+00', '2026-11-25 16:39:59.389949+00'),
	('evt_3522ef0d48bb4abea253993d', 'charge.refunded', '{"id": "evt_3522ef0d48bb4abea253993d", "data": {"object": {"id": "ch_47af5c9eca7c4756be34a75b", "paid": true, "amount": 4900, "object": "charge", "status": "succeeded", "created": 1795624797, "outcome": {"type": "authorized", "risk_level": "normal", "network_status": "approved_by_network"}, "captured": true, "currency": "eur", "customer": null, "disputed": false, "livemode": false, "metadata": {}, "refunded": true, "description": null, "receipt_url": null, "failure_code": null, "receipt_email": "eve@customers.example", "payment_intent": "pi_aec83203340e4366a682122d", "amount_captured": 4900, "amount_refunded": 4900, "failure_message": null, "application_fee_amount": null, "calculated_statement_descriptor": "SANDBOX"}}, "type": "charge.refunded", "object": "event", "created": 1795624799, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'reversal noted', '2026-11-25 16:39:59.443744+00', '2026-11-25 16:39:59.448942+00'),
	('evt_129974c82ee0418794dffa29', 'refund.updated', '{"id": "evt_129974c82ee0418794dffa29", "data": {"object": {"id": "re_dffb0e31caf44c97800e2798", "amount": 4900, "charge": "ch_47af5c9eca7c4756be34a75b", "object": "refund", "reason": null, "status": "succeeded", "created": 1795624799, "currency": "eur", "metadata": {"order_id": "ff9d3c38-514d-446c-83f1-69a7261d73a7"}, "failure_reason": null, "payment_intent": "pi_aec83203340e4366a682122d", "receipt_number": null, "transfer_reversal": null, "balance_transaction": null, "destination_details": {"card": {"type": "refund", "reference": "93e8c5cf72b441cf", "reference_status": "available"}, "type": "card"}, "source_transfer_reversal": null}}, "type": "refund.updated", "object": "event", "created": 1795624799, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'refund noted', '2026-11-25 16:39:59.481119+00', '2026-11-25 16:39:59.492011+00'),
	('evt_5de1908ee7184f168ef42a75', 'checkout.session.completed', '{"id": "evt_5de1908ee7184f168ef42a75", "data": {"object": {"id": "cs_test_dca16e84d9c74e46a38b3790a02b9c8bd33dea2c4c9640f181a733377b", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624800, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "0dcfc286-3375-4459-91e3-5ba6680094fb"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628460, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 14900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "fay@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_cfaf23fb147947fcb320fe4f", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 14900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "fay@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "0dcfc286-3375-4459-91e3-5ba6680094fb", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624800, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order 94a52eac-61c0-46fb-80fc-686d2825828c', '2026-11-25 16:40:00.504546+00', '2026-11-25 16:40:00.631964+00'),
	('evt_596c5e5f08ca4e74aca4b7d0', 'checkout.session.completed', '{"id": "evt_596c5e5f08ca4e74aca4b7d0", "data": {"object": {"id": "cs_test_9a81f49aaa814f2fb7e116aed5240f7dcefcfca6bfc84715940f4313c0", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624917, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "6d521191-1101-438f-8fd4-5039ba118464"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628577, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 6500, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "lia@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_f091dfea3cf543999f41042a", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 6500, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "lia@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "6d521191-1101-438f-8fd4-5039ba118464", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624918, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order 8abf487d-039e-4d6c-bb42-f5da9f04e316', '2026-11-25 16:41:58.020888+00', '2026-11-25 16:41:58.069916+00'),
	('evt_b8455cce92574e4787c93af6', 'charge.dispute.created', '{"id": "evt_b8455cce92574e4787c93af6", "data": {"object": {"id": "du_38866e0c0f8247229a04a7fe", "amount": 6500, "charge": "ch_9d671b1940a2463eaaea8672", "object": "dispute", "reason": "general", "status": "needs_response", "created": 1795624929, "currency": "eur", "evidence": {}, "livemode": false, "metadata": {}, "payment_intent": "pi_e443994c1f324829b94b422a", "evidence_details": {"due_by": null, "past_due": false, "has_evidence": false, "submission_count": 0}, "balance_transactions": [], "is_charge_refundable": false}}, "type": "charge.dispute.created", "object": "event", "created": 1795624929, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'reversal noted', '2026-11-25 16:42:09.932958+00', '2026-11-25 16:42:10.013604+00'),
	('evt_b7533cb494ea4aee953d4dcf', 'checkout.session.completed', '{"id": "evt_b7533cb494ea4aee953d4dcf", "data": {"object": {"id": "cs_test_35ad22861cb54e67806c175eff0e679a2e2bd10afb884552b1c122da58", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624920, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "cc5d05e3-a1d7-481e-91bd-bfe4ff66935f"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628580, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 6500, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "ivy@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_4c00ef22a1694c8c9360e47c", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 6500, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "ivy@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "cc5d05e3-a1d7-481e-91bd-bfe4ff66935f", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624920, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order 51acac1c-e8ff-4836-b4d4-dd01386fdb35', '2026-11-25 16:42:00.203492+00', '2026-11-25 16:42:00.257803+00'),
	('evt_228ce7e30cf149f297dec4c0', 'checkout.session.completed', '{"id": "evt_228ce7e30cf149f297dec4c0", "data": {"object": {"id": "cs_test_489af7f4c8c744d98e560b649b3e72052868e71ebe0b4a0ba8c20dac4c", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795624928, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "1431deab-88c5-4667-81d0-348b7e926627"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628588, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 6500, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "joe@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_e443994c1f324829b94b422a", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 6500, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "joe@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "1431deab-88c5-4667-81d0-348b7e926627", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795624928, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order 1e067997-c4f2-401f-8edf-ce8d3acdf244', '2026-11-25 16:42:08.766604+00', '2026-11-25 16:42:08.845894+00'),
	('evt_99e6c2142ec84276be294da8', 'checkout.session.completed', '{"id": "evt_99e6c2142ec84276be294da8", "data": {"object": {"id": "cs_test_c516fb63f38f4a52a018547480af1b130cc0438002634dcc9aa89cbe05", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795625108, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "c78ba4ae-52d5-44ba-ad5f-6405fd8f1d2c"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795628768, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "kim@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_024573752d964fd1bfbef5f7", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "kim@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "c78ba4ae-52d5-44ba-ad5f-6405fd8f1d2c", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795625108, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order 3f080528-9fab-4ebc-9e62-fbebbd97814e', '2026-11-25 16:45:08.20912+00', '2026-11-25 16:45:08.235698+00'),
	('evt_a88a913016e94cc79ffecd58', 'checkout.session.completed', '{"id": "evt_a88a913016e94cc79ffecd58", "data": {"object": {"id": "cs_test_95890765909044d7a936d9fa9299a365cfcf4788c65141bfab3c801d36", "url": null, "mode": "payment", "locale": null, "object": "checkout.session", "status": "complete", "consent": null, "created": 1795625427, "invoice": null, "ui_mode": "hosted_page", "currency": "eur", "customer": null, "livemode": false, "metadata": {"purchase_id": "9e632847-43a1-41b6-bb6e-0a7f0c4c0828"}, "discounts": [], "cancel_url": "http://127.0.0.1:19611/purchase/cancelled", "expires_at": 1795629087, "return_url": null, "custom_text": {"submit": null, "after_submit": null, "shipping_address": null, "terms_of_service_acceptance": null}, "permissions": null, "submit_type": null, "success_url": "http://127.0.0.1:19611/purchase/return?session_id={CHECKOUT_SESSION_ID}", "amount_total": 4900, "payment_link": null, "setup_intent": null, "subscription": null, "automatic_tax": {"status": null, "enabled": false, "provider": null, "liability": null}, "client_secret": null, "custom_fields": [], "shipping_cost": null, "total_details": {"amount_tax": 0, "amount_discount": 0, "amount_shipping": 0}, "customer_email": "max@customers.example", "optional_items": null, "origin_context": null, "payment_intent": "pi_434fee7345334f2da166f05e", "payment_status": "paid", "recovered_from": null, "wallet_options": null, "amount_subtotal": 4900, "name_collection": null, "adaptive_pricing": {"enabled": false}, "after_expiration": null, "customer_account": null, "customer_details": {"name": "A. Customer", "email": "max@customers.example", "phone": null, "address": {"city": null, "line1": null, "line2": null, "state": null, "country": null, "postal_code": null}, "tax_ids": [], "tax_exempt": "none", "business_name": null, "individual_name": null}, "invoice_creation": {"enabled": false, "invoice_data": {"metadata": {}}}, "managed_payments": {"enabled": false}, "shipping_options": [], "branding_settings": null, "customer_creation": "if_required", "consent_collection": null, "client_reference_id": "9e632847-43a1-41b6-bb6e-0a7f0c4c0828", "currency_conversion": null, "presentment_details": null, "payment_method_types": ["card"], "allow_promotion_codes": null, "collected_information": null, "integration_identifier": null, "payment_method_options": {}, "phone_number_collection": {"enabled": false}, "payment_method_collection": "if_required", "billing_address_collection": null, "shipping_address_collection": null, "allowed_payment_method_types": null, "saved_payment_method_options": null, "excluded_payment_method_types": [], "payment_method_configuration_details": null}}, "type": "checkout.session.completed", "object": "event", "created": 1795625427, "request": {"id": null, "idempotency_key": null}, "livemode": false, "api_version": "2026-10-28.endive", "pending_webhooks": 1}', 'order a1492980-2ca6-45c0-97b8-35d6d1460763', '2026-11-25 16:50:27.842325+00', '2026-11-25 16:50:27.861849+00');


SELECT pg_catalog.setval('public.authenticator_secret_id_seq', 1, false);


SELECT pg_catalog.setval('public.migration_id_seq', 18, true);


SELECT pg_catalog.setval('public.order_events_id_seq', 49, true);


SELECT pg_catalog.setval('public.piccolo_user_id_seq', 1, true);


SELECT pg_catalog.setval('public.queue_stats_id_seq', 24, true);


SELECT pg_catalog.setval('public.sessions_id_seq', 1, false);


ALTER TABLE ONLY public.admin_tokens
    ADD CONSTRAINT admin_tokens_name_key UNIQUE (name);


ALTER TABLE ONLY public.admin_tokens
    ADD CONSTRAINT admin_tokens_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.admin_tokens
    ADD CONSTRAINT admin_tokens_token_hash_key UNIQUE (token_hash);


ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_job_id_key UNIQUE (job_id);


ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_slug_key UNIQUE (slug);


ALTER TABLE ONLY public.authenticator_secret
    ADD CONSTRAINT authenticator_secret_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_host_key UNIQUE (host);


ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.held_payments
    ADD CONSTRAINT held_payments_pkey PRIMARY KEY (session_id);


ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.letters
    ADD CONSTRAINT letters_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT number_once UNIQUE (article_id, version_num);


ALTER TABLE ONLY public.queue_stats
    ADD CONSTRAINT once_a_minute UNIQUE (queue, at);


ALTER TABLE ONLY public.letters
    ADD CONSTRAINT once_per_order UNIQUE (order_id, kind, job_id);


ALTER TABLE ONLY public.letters
    ADD CONSTRAINT once_per_purchase UNIQUE (purchase_id, kind, job_id);


ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT order_events_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_access_token_hash_key UNIQUE (access_token_hash);


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_purchase_id_key UNIQUE (purchase_id);


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_session_id_key UNIQUE (session_id);


ALTER TABLE ONLY public.piccolo_user
    ADD CONSTRAINT piccolo_user_email_key UNIQUE (email);


ALTER TABLE ONLY public.piccolo_user
    ADD CONSTRAINT piccolo_user_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.piccolo_user
    ADD CONSTRAINT piccolo_user_username_key UNIQUE (username);


ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_session_id_key UNIQUE (session_id);


ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_token_hash_key UNIQUE (token_hash);


ALTER TABLE ONLY public.queue_stats
    ADD CONSTRAINT queue_stats_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_order_id_key UNIQUE (order_id);


ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_stripe_refund_id_key UNIQUE (stripe_refund_id);


ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);


ALTER TABLE ONLY public.stripe_events
    ADD CONSTRAINT stripe_events_pkey PRIMARY KEY (id);


CREATE INDEX article_versions_order_id ON public.article_versions USING btree (order_id);


CREATE INDEX articles_on_sale ON public.articles USING btree (published_at DESC, id) WHERE ((status)::text = 'PUBLISHED'::text);


CREATE INDEX held_payments_of_purchase ON public.held_payments USING btree (purchase_id);


CREATE INDEX held_payments_undecided ON public.held_payments USING btree (created_at) WHERE ((state)::text = ANY ((ARRAY['HELD'::character varying, 'RETURNING'::character varying])::text[]));


CREATE INDEX jobs_done ON public.jobs USING btree (queue, state, finished_at DESC) WHERE ((state)::text = ANY ((ARRAY['COMPLETED'::character varying, 'FAILED'::character varying])::text[]));


CREATE INDEX jobs_due ON public.jobs USING btree (run_at) WHERE ((state)::text = ANY ((ARRAY['WAITING'::character varying, 'DELAYED'::character varying])::text[]));


CREATE INDEX jobs_leased ON public.jobs USING btree (lease_until) WHERE ((state)::text = 'ACTIVE'::text);


CREATE INDEX jobs_of_order ON public.jobs USING btree (order_id, created_at);


CREATE UNIQUE INDEX jobs_one_open_per_order ON public.jobs USING btree (order_id) WHERE ((state)::text = ANY ((ARRAY['WAITING'::character varying, 'DELAYED'::character varying, 'ACTIVE'::character varying])::text[]));


CREATE INDEX letters_due ON public.letters USING btree (run_at) WHERE ((state)::text = ANY ((ARRAY['WAITING'::character varying, 'SENDING'::character varying])::text[]));


CREATE UNIQUE INDEX letters_once_of_nobody ON public.letters USING btree (kind, job_id) WHERE ((order_id IS NULL) AND (purchase_id IS NULL) AND ((job_id)::text <> ''::text));


CREATE INDEX order_events_of_article ON public.order_events USING btree (article_id, id);


CREATE INDEX order_events_of_order ON public.order_events USING btree (order_id, id);


CREATE INDEX orders_by_email ON public.orders USING btree (lower((customer_email)::text), created_at DESC);


CREATE INDEX orders_by_payment ON public.orders USING btree (((payment_data ->> 'paymentIntent'::text)));


CREATE INDEX orders_by_status ON public.orders USING btree (status, created_at);


CREATE INDEX orders_frozen ON public.orders USING btree (created_at) WHERE frozen;


CREATE INDEX orders_not_refunded ON public.orders USING btree (id) WHERE (((status)::text = 'FAILED'::text) AND ((refund_state)::text <> 'SUCCEEDED'::text));


CREATE INDEX orders_of_article ON public.orders USING btree (article_id) WHERE ((status)::text <> 'FAILED'::text);


CREATE INDEX orders_refund_due ON public.orders USING btree (refund_due_at) WHERE ((refund_due_at IS NOT NULL) AND ((refund_state)::text = 'NONE'::text));


CREATE INDEX purchases_by_address ON public.purchases USING btree (address_hash, created_at);


CREATE INDEX purchases_by_email ON public.purchases USING btree (lower((email)::text), created_at);


CREATE INDEX purchases_holding ON public.purchases USING btree (holds_until) WHERE ((state)::text = 'OPEN'::text);


CREATE INDEX purchases_open ON public.purchases USING btree (article_id) WHERE ((state)::text = 'OPEN'::text);


CREATE INDEX refunds_due ON public.refunds USING btree (run_at) WHERE ((state)::text = 'INITIATED'::text);


CREATE INDEX stripe_events_reversals ON public.stripe_events USING btree (((((payload -> 'data'::text) -> 'object'::text) ->> 'payment_intent'::text))) WHERE ((type)::text = ANY ((ARRAY['charge.refunded'::character varying, 'refund.created'::character varying, 'charge.dispute.created'::character varying, 'charge.dispute.closed'::character varying])::text[]));


CREATE TRIGGER history_is_for_ever BEFORE DELETE OR UPDATE ON public.order_events FOR EACH ROW EXECUTE FUNCTION public.refuse_change();


CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON public.order_events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


CREATE TRIGGER jobs_tell_change AFTER UPDATE OF state, attempts, progress ON public.jobs FOR EACH ROW WHEN (((((old.state)::text IS DISTINCT FROM (new.state)::text) OR (old.attempts IS DISTINCT FROM new.attempts)) OR ((old.progress)::text IS DISTINCT FROM (new.progress)::text))) EXECUTE FUNCTION public.tell_order_change();


CREATE TRIGGER orders_tell_change AFTER UPDATE OF status, version_id, failure_reason, failure_detail, refund_state, refund_due_at, frozen, regeneration_count ON public.orders FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION public.tell_order_change();


CREATE TRIGGER texts_are_for_ever BEFORE DELETE OR UPDATE OF id, article_id, version_num, content_md, backlink_metadata, order_id, job_id ON public.article_versions FOR EACH ROW EXECUTE FUNCTION public.refuse_change();


CREATE TRIGGER texts_are_not_emptied BEFORE TRUNCATE ON public.article_versions FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.article_versions
    ADD CONSTRAINT article_versions_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;


ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_selected_version_id_fkey FOREIGN KEY (selected_version_id) REFERENCES public.article_versions(id) ON DELETE RESTRICT;


ALTER TABLE ONLY public.held_payments
    ADD CONSTRAINT held_payments_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchases(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.letters
    ADD CONSTRAINT letters_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.letters
    ADD CONSTRAINT letters_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchases(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT order_events_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.order_events
    ADD CONSTRAINT order_events_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchases(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_version_id_fkey FOREIGN KEY (version_id) REFERENCES public.article_versions(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_article_id_fkey FOREIGN KEY (article_id) REFERENCES public.articles(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_base_version_id_fkey FOREIGN KEY (base_version_id) REFERENCES public.article_versions(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.purchases
    ADD CONSTRAINT purchases_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON UPDATE CASCADE ON DELETE RESTRICT;


ALTER TABLE ONLY public.refunds
    ADD CONSTRAINT refunds_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id) ON UPDATE CASCADE ON DELETE RESTRICT;



