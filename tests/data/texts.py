"""Texts whose words are known, to be taken apart and put together again."""

TEXTS = {
    "no, it is.": "no | , | it | is | .",
    "हिन्दी में लिखो": "हिन्दी | में | लिखो",
    "cafe\u0301 noir": "cafe\u0301 | noir",
    "می\u200cخواهم": "می\u200cخواهم",
    'he said "no" (yes) 12.5': 'he | said | " | no | " | ( | yes | ) | 12.5',
    '"no," she said, "1,000 at 10:30."': '" | no | , | " | she | said | , | " | 1,000 | at | 10:30 | . | "',
    '("it\'s") [5%]': '( | " | it\'s | " | ) | [ | 5 | % | ]',
    "¿qué? «ici» “yes” ‘no’": "¿ | qué | ? | « | ici | » | “ | yes | ” | ‘ | no | ’",
    "L’été n'est-il (pas) 3,5?": "L’été | n'est-il | ( | pas | ) | 3,5 | ?",
    "the cats’ bowl, a + b – c...": "the | cats | ’ | bowl | , | a | + | b | – | c | . | . | .",
    "वह आया। 你好。": "वह | आया | । | 你好 | 。",
}
"""Texts, and their words between bars."""
