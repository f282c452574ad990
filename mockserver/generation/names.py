"""Human names for tasks and nodes: a frozen pool for English and Chinese, live Faker for other locales.

The frozen pools were made once by `made_pool`; shipping them means that one seed names a tree the same in every
release and under every version of Faker. A live pool is stable for one version of Faker only.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker

POOL_SIZE = 256
"""Phrases in a pool."""

FROZEN = ("en", "zh")
"""Locales whose pool is shipped."""

_VERBS = {
    "en": "Back up,Check,Clean up,Copy,Deploy,Drain,Migrate,Notify,Patch,Pull,Reload,Restart,Roll out,Scale,Start,"
    "Stop,Switch,Sync,Unpack,Update,Upload,Verify,Warm up",
    "zh": "备份,检查,清理,分发,部署,下线,迁移,通知,更新,拉取,重载,重启,发布,扩容,启动,停止,切换,同步,"
    "解压,升级,上传,校验,预热",
}
_THINGS = {
    "en": "artifacts,cache,certificates,cluster,configuration,containers,database,gateway,health,hosts,image,"
    "indexes,jobs,load balancer,logs,message queue,metrics,package,proxy,release,replicas,schema,service,traffic",
    "zh": "制品,缓存,证书,集群,配置,容器,数据库,网关,健康状态,主机,镜像,索引,作业,负载均衡,日志,消息队列,指标,安装包,"
    "代理,版本,副本,表结构,服务,流量",
}
_HOSTS = ("app", "cache", "db", "edge", "queue", "web")


class LocaleError(ValueError):
    """A locale that neither has a frozen pool nor is known to Faker; `missing`: Faker is not there to be asked."""

    def __init__(self, locale: str, *, missing: bool = False) -> None:
        self.locale = locale
        more = "with taskmock[faker] installed any of Faker's" if missing else "one of Faker's"
        super().__init__(f"unknown locale {locale!r}; allowed: {', '.join(FROZEN)}, or {more} such as ja_JP")


@functools.cache
def pool_for(locale: str) -> tuple[str, ...]:
    """The phrases of a locale (`en`, `zh`, their regions such as `zh_CN`, or any locale that Faker has).

    Raises:
        LocaleError: Nobody knows the locale.
    """
    language = locale.replace("-", "_").split("_")[0].lower()
    if language in FROZEN:
        text = importlib.resources.files(__package__).joinpath("phrases.json").read_text("utf-8")
        return tuple(json.loads(text)[language])
    return made_pool(locale)


def made_pool(locale: str) -> tuple[str, ...]:
    """A pool of `POOL_SIZE` different phrases, drawn with Faker, always in the same order for one version of it.

    Raises:
        LocaleError: Faker does not know the locale, or is not installed.
    """
    try:
        from faker import Faker
    except ImportError:
        raise LocaleError(locale, missing=True) from None

    language = locale.split("_")[0]
    try:
        fake = Faker({"en": "en_US", "zh": "zh_CN"}.get(locale, locale))
    except AttributeError:
        raise LocaleError(locale) from None
    if not locale:  # to Faker that is its own choice
        raise LocaleError(locale)
    fake.seed_instance(POOL_SIZE)
    phrases: dict[str, None] = {}
    while len(phrases) < POOL_SIZE:
        phrases[_phrase(fake, language)] = None
    return tuple(phrases)


def _phrase(fake: Faker, language: str) -> str:
    if language not in FROZEN:
        return fake.sentence(nb_words=3).rstrip(".。")
    verb = fake.random_element(_VERBS[language].split(","))
    thing = fake.random_element(_THINGS[language].split(","))
    placed = fake.boolean(40)
    if language == "zh":
        return f"{fake.city_name()}机房{verb}{thing}" if placed else f"{verb}{thing}"
    return f"{verb} {thing} on {fake.random_element(_HOSTS)}-{fake.numerify('%#')}" if placed else f"{verb} {thing}"
