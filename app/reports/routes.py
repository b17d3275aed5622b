"""Pages that read across features."""

from fastapi import APIRouter

from app.reports.products import router as products_router

router = APIRouter()
router.include_router(products_router)
