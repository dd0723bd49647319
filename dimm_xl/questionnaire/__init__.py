"""Model + profile → a questionnaire workbook, blank or filled, composed as inert pages that ``workbook.write`` renders."""

from dimm_xl.questionnaire.book import Request, questionnaire

__all__ = ["Request", "questionnaire"]
